"""The course: sixty steps in which a learner writes a framework of their own. `rung learn` is its command."""
