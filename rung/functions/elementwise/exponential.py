"""Exponentials, logarithms and roots."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.families import Elementwise
from rung.core.samples import extreme, normal, scalar, uniform
from rung.core.variable import Variable
from rung.functions.documented import documented


class Exp(Elementwise):
    """The exponential.

        y = exp(x)           dy/dx = y

    Shape: any -> the same.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.exp(x)

    def dx(self, y: Any) -> Any:
        return y

    samples = [normal(3, 4), scalar(0.0), extreme()]


class Log(Elementwise):
    """The natural logarithm.

        y = log(x)           dy/dx = 1 / x

    Shape: any -> the same.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.log(x)

    def grad_x(self, gy: Any, x: Any) -> Any:
        return gy / x

    samples = [uniform(3, 4), scalar(1.0)]


class Sqrt(Elementwise):
    """The square root; its derivative at 0 is infinite.

        y = sqrt(x)          dy/dx = 1 / (2 y)

    Shape: any -> the same.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sqrt(x)

    def grad_x(self, gy: Any, y: Any) -> Any:
        return gy / (2 * y)

    samples = [uniform(3, 4), scalar(2.0)]


@documented(Exp)
def exp(x: Any) -> Variable:
    return apply(Exp(), x)


@documented(Log)
def log(x: Any) -> Variable:
    return apply(Log(), x)


@documented(Sqrt)
def sqrt(x: Any) -> Variable:
    return apply(Sqrt(), x)
