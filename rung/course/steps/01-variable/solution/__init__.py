# whole file
"""A deep learning framework, one step at a time."""

from .core import *
