"""Booleans, element by element; a number counts as true unless it is 0. The results are constants."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.families import Elementwise
from rung.core.samples import mask, normal
from rung.core.variable import Variable
from rung.functions.documented import documented

__all__ = ["logical_and", "logical_not", "logical_or", "logical_xor"]


class Logical(Elementwise):
    """A boolean for every element, of booleans; a constant."""

    differentiable = False
    samples = [(mask(3, 4), mask(3, 4)), (mask(3, 1), mask(4)), (normal(3, 4), mask(3, 4))]
    errors = [((2, 3), (2, 4))]


class LogicalAnd(Logical):
    """Whether both are true; a constant. Shape: any two that broadcast -> the broadcast shape.

    >>> import numpy as np
    >>> logical_and(np.array([True, False]), True)
    variable([ True False])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.logical_and(a, b)


class LogicalOr(Logical):
    """Whether at least one is true; a constant. Shape: any two that broadcast -> the broadcast shape.

    >>> import numpy as np
    >>> logical_or(np.array([True, False]), True)
    variable([ True  True])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.logical_or(a, b)


class LogicalXor(Logical):
    """Whether exactly one is true; a constant. Shape: any two that broadcast -> the broadcast shape.

    >>> import numpy as np
    >>> logical_xor(np.array([True, False]), True)
    variable([False  True])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.logical_xor(a, b)


class LogicalNot(Elementwise):
    """Whether it is not true; a constant. Shape: any -> the same.

    >>> import numpy as np
    >>> logical_not(np.array([True, False]))
    variable([False  True])
    """

    differentiable = False

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.logical_not(x)

    samples = [mask(3, 4), normal(3), mask()]


@documented(LogicalAnd)
def logical_and(a: Any, b: Any) -> Variable:
    return apply(LogicalAnd(), a, b)


@documented(LogicalOr)
def logical_or(a: Any, b: Any) -> Variable:
    return apply(LogicalOr(), a, b)


@documented(LogicalXor)
def logical_xor(a: Any, b: Any) -> Variable:
    return apply(LogicalXor(), a, b)


@documented(LogicalNot)
def logical_not(x: Any) -> Variable:
    return apply(LogicalNot(), x)
