# caught by: test_whole_grids
# file: landscapes.py
from .core import as_variable


def sphere(x, y):
    z = as_variable(x) ** 2 + as_variable(y) ** 2
    return z
