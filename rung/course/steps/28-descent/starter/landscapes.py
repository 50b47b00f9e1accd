def rosenbrock(x, y):
    """A curved valley with a flat floor. Lowest at (1, 1): 0."""
    # TODO
