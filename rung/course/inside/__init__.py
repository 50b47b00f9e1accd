"""What runs in the process of a check: the learner's package, the checks, and nothing else of Rung."""
