"""Circular and hyperbolic functions; angles are in radians."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.families import RealElementwise
from rung.core.samples import away_from, extreme, normal, scalar, uniform
from rung.core.variable import Variable
from rung.functions.documented import documented
from rung.functions.elementwise.exponential import sqrt

__all__ = [
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "cos", "cosh", "sin", "sinh", "tan",
    "tanh",
]  # fmt: skip


class Sin(RealElementwise):
    """The sine.

        y = sin(x)           dy/dx = cos(x)

    Shape: any -> the same. Unit: radians.

    >>> sin(Variable(0.0))
    variable(0.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sin(x)

    def dx(self, x: Any) -> Any:
        return cos(x)

    samples = [normal(3, 4), scalar(0.0)]


class Cos(RealElementwise):
    """The cosine.

        y = cos(x)           dy/dx = -sin(x)

    Shape: any -> the same. Unit: radians.

    >>> cos(Variable(0.0))
    variable(1.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.cos(x)

    def dx(self, x: Any) -> Any:
        return -sin(x)

    samples = [normal(3, 4), scalar(0.0)]


class Tanh(RealElementwise):
    """Squash every element into (-1, 1).

        y = tanh(x)          dy/dx = 1 - y ** 2

    Shape: any -> the same.

    >>> tanh(Variable(0.0))
    variable(0.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.tanh(x)

    def dx(self, y: Any) -> Any:
        return 1 - y * y

    samples = [normal(3, 4), scalar(0.0), extreme()]


@documented(Sin)
def sin(x: Any) -> Variable:
    return apply(Sin(), x)


@documented(Cos)
def cos(x: Any) -> Variable:
    return apply(Cos(), x)


@documented(Tanh)
def tanh(x: Any) -> Variable:
    return apply(Tanh(), x)


class Tan(RealElementwise):
    """The tangent.

        y = tan(x)                   dy/dx = 1 + y ** 2

    Shape: any -> the same. Unit: radians.

    >>> tan(Variable(0.0))
    variable(0.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.tan(x)

    def dx(self, y: Any) -> Any:
        return 1 + y * y

    samples = [uniform(3, 4, low=-1.2, high=1.2), scalar(0.5)]


@documented(Tan)
def tan(x: Any) -> Variable:
    return apply(Tan(), x)


class Arcsin(RealElementwise):
    """The angle whose sine is x; the derivative at -1 and 1 is infinite.

        y = arcsin(x)                dy/dx = 1 / sqrt(1 - x ** 2)

    Shape: any -> the same. Unit: radians.

    >>> arcsin(Variable(0.0))
    variable(0.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.arcsin(x)

    def grad_x(self, gy: Any, x: Any) -> Any:
        return gy / sqrt(1 - x * x)

    samples = [uniform(3, 4, low=-0.9, high=0.9), scalar(0.5)]


@documented(Arcsin)
def arcsin(x: Any) -> Variable:
    return apply(Arcsin(), x)


class Arccos(RealElementwise):
    """The angle whose cosine is x; the derivative at -1 and 1 is infinite.

        y = arccos(x)                dy/dx = -1 / sqrt(1 - x ** 2)

    Shape: any -> the same. Unit: radians.

    >>> arccos(Variable(1.0))
    variable(0.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.arccos(x)

    def grad_x(self, gy: Any, x: Any) -> Any:
        return -gy / sqrt(1 - x * x)

    samples = [uniform(3, 4, low=-0.9, high=0.9), scalar(0.5)]


@documented(Arccos)
def arccos(x: Any) -> Variable:
    return apply(Arccos(), x)


class Arctan(RealElementwise):
    """The angle whose tangent is x.

        y = arctan(x)                dy/dx = 1 / (1 + x ** 2)

    Shape: any -> the same. Unit: radians.

    >>> arctan(Variable(0.0))
    variable(0.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.arctan(x)

    def grad_x(self, gy: Any, x: Any) -> Any:
        return gy / (1 + x * x)

    samples = [normal(3, 4), scalar(0.5), extreme()]


@documented(Arctan)
def arctan(x: Any) -> Variable:
    return apply(Arctan(), x)


class Sinh(RealElementwise):
    """The hyperbolic sine.

        y = sinh(x)                  dy/dx = cosh(x)

    Shape: any -> the same.

    >>> sinh(Variable(0.0))
    variable(0.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sinh(x)

    def dx(self, x: Any) -> Any:
        return cosh(x)

    samples = [normal(3, 4), scalar(0.5)]


@documented(Sinh)
def sinh(x: Any) -> Variable:
    return apply(Sinh(), x)


class Cosh(RealElementwise):
    """The hyperbolic cosine.

        y = cosh(x)                  dy/dx = sinh(x)

    Shape: any -> the same.

    >>> cosh(Variable(0.0))
    variable(1.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.cosh(x)

    def dx(self, x: Any) -> Any:
        return sinh(x)

    samples = [normal(3, 4), scalar(0.5)]


@documented(Cosh)
def cosh(x: Any) -> Variable:
    return apply(Cosh(), x)


class Arcsinh(RealElementwise):
    """The inverse of sinh.

        y = arcsinh(x)               dy/dx = 1 / cosh(y) = 1 / sqrt(x ** 2 + 1)

    Shape: any -> the same.

    >>> arcsinh(Variable(0.0))
    variable(0.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.arcsinh(x)

    def grad_x(self, gy: Any, y: Any) -> Any:
        return gy / cosh(y)  # x ** 2 would overflow earlier

    samples = [normal(3, 4), scalar(0.5), extreme()]


@documented(Arcsinh)
def arcsinh(x: Any) -> Variable:
    return apply(Arcsinh(), x)


class Arccosh(RealElementwise):
    """The inverse of cosh, for x of at least 1.

        y = arccosh(x)               dy/dx = 1 / sqrt(x ** 2 - 1)

    Shape: any -> the same.

    >>> arccosh(Variable(1.0))
    variable(0.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.arccosh(x)

    def grad_x(self, gy: Any, x: Any) -> Any:
        return gy / sqrt(x * x - 1)

    samples = [uniform(3, 4, low=1.2, high=3.0), scalar(2.0)]


@documented(Arccosh)
def arccosh(x: Any) -> Variable:
    return apply(Arccosh(), x)


class Arctanh(RealElementwise):
    """The inverse of tanh, for x between -1 and 1.

        y = arctanh(x)               dy/dx = 1 / (1 - x ** 2)

    Shape: any -> the same.

    >>> arctanh(Variable(0.0))
    variable(0.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.arctanh(x)

    def grad_x(self, gy: Any, x: Any) -> Any:
        return gy / (1 - x * x)

    samples = [uniform(3, 4, low=-0.9, high=0.9), scalar(0.5)]


@documented(Arctanh)
def arctanh(x: Any) -> Variable:
    return apply(Arctanh(), x)


class Arctan2(RealElementwise):
    """The angle of the point (b, a), in all four quadrants; the derivatives at the origin are infinite.

        y = arctan2(a, b)            dy/da = b / (a ** 2 + b ** 2)        dy/db = -a / (a ** 2 + b ** 2)

    Shape: any two that broadcast -> the broadcast shape. Unit: radians.

    >>> arctan2(0.0, Variable(1.0))
    variable(0.0)
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.arctan2(a, b)

    def grad_a(self, gy: Any, a: Any, b: Any) -> Any:
        return gy * b / (a * a + b * b)

    def grad_b(self, gy: Any, a: Any, b: Any) -> Any:
        return -gy * a / (a * a + b * b)

    samples = [(away_from(3, 4), away_from(3, 4)), (away_from(3, 1), away_from(4))]
    errors = [((2, 3), (2, 4))]


@documented(Arctan2)
def arctan2(a: Any, b: Any) -> Variable:
    return apply(Arctan2(), a, b)
