"""Exponentials, logarithms and roots."""

from __future__ import annotations

import math
from typing import Any

from rung.core.call import apply
from rung.core.families import RealElementwise
from rung.core.samples import extreme, normal, scalar, uniform
from rung.core.variable import Variable
from rung.functions.documented import documented

__all__ = ["exp", "exp2", "expm1", "log", "log1p", "log2", "rsqrt", "sqrt"]


class Exp(RealElementwise):
    """The exponential.

        y = exp(x)           dy/dx = y

    Shape: any -> the same.

    >>> exp(Variable(0.0))
    variable(1.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.exp(x)

    def dx(self, y: Any) -> Any:
        return y

    samples = [normal(3, 4), scalar(0.0), extreme()]


class Log(RealElementwise):
    """The natural logarithm.

        y = log(x)           dy/dx = 1 / x

    Shape: any -> the same.

    >>> log(Variable(1.0))
    variable(0.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.log(x)

    def grad_x(self, gy: Any, x: Any) -> Any:
        return gy / x

    samples = [uniform(3, 4), scalar(1.0)]


class Sqrt(RealElementwise):
    """The square root; its derivative at 0 is infinite.

        y = sqrt(x)          dy/dx = 1 / (2 y)

    Shape: any -> the same.

    >>> sqrt(Variable(9.0))
    variable(3.0)
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


class Expm1(RealElementwise):
    """exp(x) - 1, precise near 0.

        y = exp(x) - 1               dy/dx = y + 1

    Shape: any -> the same.

    >>> expm1(Variable(1e-12))
    variable(1.0000000000005e-12)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.expm1(x)

    def dx(self, y: Any) -> Any:
        return y + 1

    samples = [normal(3, 4), scalar(1e-9), extreme()]


@documented(Expm1)
def expm1(x: Any) -> Variable:
    return apply(Expm1(), x)


class Exp2(RealElementwise):
    """A power of two.

        y = 2 ** x                   dy/dx = y log(2)

    Shape: any -> the same.

    >>> exp2(Variable(3.0))
    variable(8.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.exp2(x)

    def dx(self, y: Any) -> Any:
        return y * math.log(2)

    samples = [normal(3, 4), scalar(0.5)]


@documented(Exp2)
def exp2(x: Any) -> Variable:
    return apply(Exp2(), x)


class Log1p(RealElementwise):
    """log(1 + x), precise near 0.

        y = log(1 + x)               dy/dx = 1 / (1 + x)

    Shape: any -> the same.

    >>> log1p(Variable(1e-12))
    variable(9.999999999995e-13)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.log1p(x)

    def grad_x(self, gy: Any, x: Any) -> Any:
        return gy / (1 + x)

    samples = [uniform(3, 4), scalar(1e-9)]


@documented(Log1p)
def log1p(x: Any) -> Variable:
    return apply(Log1p(), x)


class Log2(RealElementwise):
    """The logarithm to base 2.

        y = log2(x)                  dy/dx = 1 / (x log(2))

    Shape: any -> the same.

    >>> log2(Variable(8.0))
    variable(3.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.log2(x)

    def grad_x(self, gy: Any, x: Any) -> Any:
        return gy / (x * math.log(2))

    samples = [uniform(3, 4), scalar(2.0)]


@documented(Log2)
def log2(x: Any) -> Variable:
    return apply(Log2(), x)


class Rsqrt(RealElementwise):
    """One over the square root; infinite at 0.

        y = 1 / sqrt(x)              dy/dx = -y / (2 x)

    Shape: any -> the same.

    >>> rsqrt(Variable(4.0))
    variable(0.5)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return 1 / xp.sqrt(x)

    def grad_x(self, gy: Any, x: Any, y: Any) -> Any:
        return gy * y / (-2 * x)

    samples = [uniform(3, 4), scalar(2.0)]


@documented(Rsqrt)
def rsqrt(x: Any) -> Variable:
    return apply(Rsqrt(), x)
