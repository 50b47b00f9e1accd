"""Sums, products, powers, signs."""

from __future__ import annotations

import math
from typing import Any

from rung.core.call import apply
from rung.core.families import Elementwise, RealElementwise
from rung.core.samples import away_from, extreme, normal, scalar, uniform
from rung.core.variable import Variable
from rung.functions.documented import documented
from rung.functions.elementwise.exponential import log
from rung.functions.elementwise.selection import equal, where

__all__ = ["absolute", "add", "div", "mul", "neg", "pow", "reciprocal", "sign", "square", "sub"]


class Add(Elementwise):
    """Sum of two.

        y = a + b            dy/da = 1            dy/db = 1

    Shape: any two that broadcast -> the broadcast shape.

    >>> add(1.0, Variable(2.0))
    variable(3.0)
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a + b

    da = 1
    db = 1

    samples = [(normal(3, 4), normal(3, 4)), (normal(3, 1), normal(4)), (scalar(1.5), normal(2))]
    errors = [((2, 3), (2, 4))]


class Sub(Elementwise):
    """Difference of two.

        y = a - b            dy/da = 1            dy/db = -1

    Shape: any two that broadcast -> the broadcast shape.

    >>> sub(Variable(3.0), 2.0)
    variable(1.0)
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a - b

    da = 1
    db = -1

    samples = [(normal(3, 4), normal(3, 4)), (normal(3, 1), normal(4)), (normal(2), scalar(1.5))]
    errors = [((2, 3), (2, 4))]


class Mul(Elementwise):
    """Product of two, element by element.

        y = a * b            dy/da = b            dy/db = a

    Shape: any two that broadcast -> the broadcast shape.

    >>> mul(Variable(3.0), 2.0)
    variable(6.0)
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a * b

    def da(self, b: Any) -> Any:
        return b

    def db(self, a: Any) -> Any:
        return a

    samples = [(normal(3, 4), normal(3, 4)), (normal(3, 1), normal(4)), (scalar(1.5), normal(2))]
    errors = [((2, 3), (2, 4))]


class Div(Elementwise):
    """Quotient of two, element by element.

        y = a / b            dy/da = 1 / b        dy/db = -y / b

    Shape: any two that broadcast -> the broadcast shape.

    >>> div(Variable(3.0), 2.0)
    variable(1.5)
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a / b

    def grad_a(self, gy: Any, b: Any) -> Any:
        return gy / b

    def grad_b(self, gy: Any, b: Any, y: Any) -> Any:
        return -gy * y / b

    samples = [(normal(3, 4), away_from(3, 4)), (normal(3, 1), uniform(4)), (scalar(1.5), uniform(2))]
    errors = [((2, 3), (2, 4))]


class Neg(Elementwise):
    """The opposite.

        y = -x               dy/dx = -1

    Shape: any -> the same.

    >>> neg(Variable(3.0))
    variable(-3.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return -x

    dx = -1

    samples = [normal(3, 4), scalar(1.5)]


class Pow(Elementwise):
    """A power; base and exponent may both vary.

        y = a ** b           dy/da = b * a ** (b - 1)        dy/db = y * log(a)

    At the corners the derivatives are finite: by the base they are 0 where b = 0, by the exponent 0 where a = 0.
    By the exponent of a negative base, there is none (NaN).

    Shape: any two that broadcast -> the broadcast shape.

    >>> x = Variable(0.0); y = x ** 0; y.backward(); x.grad
    variable(0.0)
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a**b

    def da(self, a: Any, b: Any) -> Any:
        if isinstance(b, (int, float)):
            return b * a ** (b - 1) if b else a**0 * 0
        return b * where(equal(a, 0) * equal(b, 0), 1.0, a) ** (b - 1)

    def db(self, a: Any, y: Any) -> Any:
        if isinstance(a, (int, float)):
            return y * (math.log(a) if a > 0 else math.nan if a else 0.0)
        return y * log(where(equal(a, 0), 1, a))

    samples = [
        (uniform(3, 4), normal(3, 4)), (uniform(3, 1), normal(4)), (normal(3), 2), (uniform(2, 2), -0.5),
        (normal(3), 3.0), (2.0, normal(3)), (normal(2), 0), (scalar(1.5), 3),
    ]  # fmt: skip
    errors = [((2, 3), (2, 4))]


class Abs(Elementwise):
    """The absolute value, also as `abs`; its derivative at 0 is 0.

        y = |x|              dy/dx = sign(x)

    Shape: any -> the same.

    >>> absolute(Variable(-2.0))
    variable(2.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return abs(x)

    def dx(self, x: Any) -> Any:
        return sign(x)

    samples = [away_from(3, 4), scalar(-2.0), extreme()]


class Sign(Elementwise):
    """-1, 0 or 1; the derivative is 0.

        y = sign(x)          dy/dx = 0

    Shape: any -> the same.

    >>> import numpy as np
    >>> sign(np.array([-2.0, 0.0, 3.0]))
    variable([-1.  0.  1.])
    """

    differentiable = False

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sign(x)

    samples = [away_from(3, 4), scalar(-2.0)]


@documented(Add)
def add(a: Any, b: Any) -> Variable:
    return apply(Add(), a, b)


@documented(Sub)
def sub(a: Any, b: Any) -> Variable:
    return apply(Sub(), a, b)


@documented(Mul)
def mul(a: Any, b: Any) -> Variable:
    return apply(Mul(), a, b)


@documented(Div)
def div(a: Any, b: Any) -> Variable:
    return apply(Div(), a, b)


@documented(Neg)
def neg(x: Any) -> Variable:
    return apply(Neg(), x)


@documented(Pow)
def pow(a: Any, b: Any) -> Variable:
    return apply(Pow(), a, b)


@documented(Abs)
def absolute(x: Any) -> Variable:
    return apply(Abs(), x)


@documented(Sign)
def sign(x: Any) -> Variable:
    return apply(Sign(), x)


class Square(Elementwise):
    """The square.

        y = x ** 2                   dy/dx = 2 x

    Shape: any -> the same.

    >>> square(Variable(3.0))
    variable(9.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return x * x

    def dx(self, x: Any) -> Any:
        return 2 * x

    samples = [normal(3, 4), scalar(-1.5), extreme()]


@documented(Square)
def square(x: Any) -> Variable:
    return apply(Square(), x)


class Reciprocal(RealElementwise):
    """One over x; infinite at 0.

        y = 1 / x                    dy/dx = -y ** 2

    Shape: any -> the same.

    >>> reciprocal(Variable(4.0))
    variable(0.25)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return 1 / x

    def dx(self, y: Any) -> Any:
        return -y * y

    samples = [away_from(3, 4), scalar(-1.5)]


@documented(Reciprocal)
def reciprocal(x: Any) -> Variable:
    return apply(Reciprocal(), x)
