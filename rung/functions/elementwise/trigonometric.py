"""Circular and hyperbolic functions; angles are in radians."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.families import Elementwise
from rung.core.samples import extreme, normal, scalar
from rung.core.variable import Variable
from rung.functions.documented import documented


class Sin(Elementwise):
    """The sine.

        y = sin(x)           dy/dx = cos(x)

    Shape: any -> the same. Unit: radians.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sin(x)

    def dx(self, x: Any) -> Any:
        return cos(x)

    samples = [normal(3, 4), scalar(0.0)]


class Cos(Elementwise):
    """The cosine.

        y = cos(x)           dy/dx = -sin(x)

    Shape: any -> the same. Unit: radians.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.cos(x)

    def dx(self, x: Any) -> Any:
        return -sin(x)

    samples = [normal(3, 4), scalar(0.0)]


class Tanh(Elementwise):
    """Squash every element into (-1, 1).

        y = tanh(x)          dy/dx = 1 - y ** 2

    Shape: any -> the same.
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
