"""Functions of two variables whose lowest points are known: where methods of optimisation are tried."""


def sphere(x, y):
    """A bowl. Lowest at (0, 0): 0."""
    # TODO: the formulas are in the lesson


def matyas(x, y):
    """A long flat valley. Lowest at (0, 0): 0."""
    # TODO


def himmelblau(x, y):
    """Four hollows, all equally deep: 0 at (3, 2) and near (-2.805, 3.131), (-3.779, -3.283), (3.584, -1.848)."""
    # TODO


def goldstein_price(x, y):
    """Steep walls around several hollows. Lowest at (0, -1): 3."""
    # TODO: give its two factors names
