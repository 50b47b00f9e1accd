# whole file
"""Functions of two variables whose lowest points are known: where methods of optimisation are tried."""


def sphere(x, y):
    """A bowl. Lowest at (0, 0): 0."""
    return x**2 + y**2


def matyas(x, y):
    """A long flat valley. Lowest at (0, 0): 0."""
    return 0.26 * (x**2 + y**2) - 0.48 * x * y


def himmelblau(x, y):
    """Four hollows, all equally deep: 0 at (3, 2) and near (-2.805, 3.131), (-3.779, -3.283), (3.584, -1.848)."""
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def goldstein_price(x, y):
    """Steep walls around several hollows. Lowest at (0, -1): 3."""
    near = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    far = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return near * far
