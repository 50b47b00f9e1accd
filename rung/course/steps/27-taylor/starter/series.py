"""Functions as sums of powers."""


def sin_series(x, threshold=1e-4):
    """x - x³/3! + x⁵/5! - …, up to the first term that is smaller than the threshold."""
    # TODO: each term from the one before, with * and / alone
