# caught by: test_face_has_nothing_else
# file: __init__.py
# whole file
"""A deep learning framework, one step at a time."""

from .core import *
from .functions import *
from .utils import *
