"""Rounding, whose results are constants, since its derivative is 0 everywhere; and what division leaves over."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.families import Elementwise
from rung.core.samples import away_from, case, extreme, normal, scalar
from rung.core.variable import Variable
from rung.functions.documented import documented

__all__ = ["floor_divide", "remainder", "ceil", "floor", "fmod", "round"]


class Floor(Elementwise):
    """The largest integer that is not above x; a constant.

    Shape: any -> the same.

    >>> floor(Variable(-1.2))
    variable(-2.0)
    """

    differentiable = False

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.floor(x)

    samples = [normal(3, 4), scalar(-1.5), extreme()]


class Ceil(Elementwise):
    """The smallest integer that is not below x; a constant.

    Shape: any -> the same.

    >>> ceil(Variable(1.2))
    variable(2.0)
    """

    differentiable = False

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.ceil(x)

    samples = [normal(3, 4), scalar(-1.5), extreme()]


class Round(Elementwise):
    """The nearest number with so many decimals, halves to the even one; a constant.

    Shape: any -> the same.

    >>> import numpy as np
    >>> round(np.array([0.4, 1.5, 2.5])), round(Variable(3.14159), 2)
    (variable([0. 2. 2.]), variable(3.14))
    """

    differentiable = False

    def __init__(self, decimals: int = 0):
        self.decimals = decimals

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.around(x, self.decimals)

    samples = [normal(3, 4), scalar(2.5), extreme(), case(normal(3, 4), decimals=2)]


class Fmod(Elementwise):
    """The remainder of a division, with the sign of the dividend.

        y = a - b trunc(a / b)       dy/da = 1            dy/db = -trunc(a / b)

    Shape: any two that broadcast -> the broadcast shape.

    >>> fmod(Variable(-7.0), 3.0)
    variable(-1.0)
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.fmod(a, b)

    da = 1

    def db(self, a: Any, b: Any, y: Any) -> Any:
        return round((y - a) / b)

    samples = [(away_from(3, 4), away_from(3, 4, corner=2.0)), (away_from(3, 1), away_from(4, corner=-3.0))]
    errors = [((2, 3), (2, 4))]


class Remainder(Elementwise):
    """The remainder of a division, with the sign of the divisor, as Python's `%`.

        y = a - b floor(a / b)       dy/da = 1            dy/db = -floor(a / b)

    Shape: any two that broadcast -> the broadcast shape.

    >>> remainder(Variable(-7.0), 3.0)
    variable(2.0)
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.remainder(a, b)

    da = 1

    def db(self, a: Any, b: Any, y: Any) -> Any:
        return round((y - a) / b)

    samples = [(away_from(3, 4), away_from(3, 4, corner=2.0)), (away_from(3, 1), away_from(4, corner=-3.0))]
    errors = [((2, 3), (2, 4))]


class FloorDivide(Elementwise):
    """How many times the divisor goes into the dividend, rounded down, as Python's `//`; a constant.

        y = floor(a / b)

    Shape: any two that broadcast -> the broadcast shape.

    >>> floor_divide(Variable(-7.0), 2.0)
    variable(-4.0)
    """

    differentiable = False

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.floor_divide(a, b)

    samples = [(away_from(3, 4), away_from(3, 4, corner=2.0)), (away_from(3, 1), 2.0)]
    errors = [((2, 3), (2, 4))]


@documented(Floor)
def floor(x: Any) -> Variable:
    return apply(Floor(), x)


@documented(Ceil)
def ceil(x: Any) -> Variable:
    return apply(Ceil(), x)


@documented(Round)
def round(x: Any, decimals: int = 0) -> Variable:
    return apply(Round(decimals), x)


@documented(Fmod)
def fmod(a: Any, b: Any) -> Variable:
    return apply(Fmod(), a, b)


@documented(Remainder)
def remainder(a: Any, b: Any) -> Variable:
    return apply(Remainder(), a, b)


@documented(FloorDivide)
def floor_divide(a: Any, b: Any) -> Variable:
    return apply(FloorDivide(), a, b)
