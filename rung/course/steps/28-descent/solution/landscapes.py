def rosenbrock(x, y):
    """A curved valley with a flat floor. Lowest at (1, 1): 0."""
    return 100 * (y - x**2) ** 2 + (1 - x) ** 2
