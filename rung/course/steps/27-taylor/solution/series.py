# whole file
"""Functions as sums of powers."""

import numpy as np

from .core import as_variable


def sin_series(x, threshold=1e-4):
    """x - x³/3! + x⁵/5! - …, up to the first term that is smaller than the threshold."""
    x = as_variable(x)
    term = total = x
    n = 1
    while np.abs(term.data).max() >= threshold:
        n += 2
        term = -term * x * x / (n * (n - 1))
        total = total + term
    return total
