"""Ops on one element at a time, by subject."""

from rung.functions.elementwise.arithmetic import absolute, add, div, mul, neg, pow, sign, sub
from rung.functions.elementwise.exponential import exp, log, sqrt
from rung.functions.elementwise.selection import (
    cast,
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    maximum,
    not_equal,
    where,
)
from rung.functions.elementwise.trigonometric import cos, sin, tanh

__all__ = [
    "absolute",
    "add",
    "cast",
    "cos",
    "div",
    "equal",
    "exp",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "log",
    "maximum",
    "mul",
    "neg",
    "not_equal",
    "pow",
    "sign",
    "sin",
    "sqrt",
    "sub",
    "tanh",
    "where",
]
