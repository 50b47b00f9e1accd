"""`rung learn summit`: one page of what a learner has built, to look at and to show."""
