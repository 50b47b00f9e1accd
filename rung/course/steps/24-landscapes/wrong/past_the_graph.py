# caught by: test_sphere
# file: landscapes.py
from .core import Variable, as_array


def sphere(x, y):
    if isinstance(x, Variable):
        return Variable(as_array(x.data**2 + y.data**2))
    return x**2 + y**2
