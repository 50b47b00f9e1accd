"""Ops on one element at a time, by subject."""

from rung.functions.elementwise.arithmetic import *
from rung.functions.elementwise.exponential import *
from rung.functions.elementwise.logical import *
from rung.functions.elementwise.rounding import *
from rung.functions.elementwise.selection import *
from rung.functions.elementwise.special import *
from rung.functions.elementwise.trigonometric import *
