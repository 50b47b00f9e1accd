# caught by: test_rosenbrock_slopes
# file: landscapes.py
from .core import as_variable


def rosenbrock(x, y):
    x, y = as_variable(x), as_variable(y)
    return 100 * (y - x**2) ** 2 + (1 - x) ** 2
