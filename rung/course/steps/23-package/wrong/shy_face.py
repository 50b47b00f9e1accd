# caught by: test_face_has_the_names
# file: __init__.py
# whole file
"""A deep learning framework, one step at a time."""

from .core import Function, Variable, add, as_array, as_variable, div, mul, neg, no_grad, sub, using_config
from .functions import Exp, Square, exp, square
