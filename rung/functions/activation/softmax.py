"""Scores into probabilities, and their logarithms."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.families import AlongAxis
from rung.core.samples import case, extreme, normal
from rung.core.variable import Variable
from rung.functions.documented import documented
from rung.functions.elementwise import exp

__all__ = ["log_softmax", "softmax"]


class Softmax(AlongAxis):
    """Turn scores into probabilities along an axis, by default the last.

        y = exp(x) / sum(exp(x))     dx = y (dy - sum(y dy))

    Shape: any -> the same.

    >>> import numpy as np
    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    variable([[0.5 0.5]
              [1.  0. ]])
    """

    of_reals = True

    def forward(self, xp: Any, x: Any) -> Any:
        y = xp.exp(x - x.max(axis=self.axis, keepdims=True))
        y /= y.sum(axis=self.axis, keepdims=True)
        return y

    def grad_x(self, gy: Any, y: Any) -> Any:
        g = y * gy
        return g - y * g.sum(axis=self.axis, keepdims=True)

    samples = [
        case(normal(3, 4), axis=1),
        case(normal(3, 4), axis=0),
        case(normal(2, 3, 4), axis=-1),
        case(extreme(), axis=0),
        case(normal(0, 3), axis=1),
    ]
    errors = [case((3,), axis=1)]


class LogSoftmax(AlongAxis):
    """The logarithm of softmax along an axis, by default the last, without the detour through tiny probabilities.

        y = x - log(sum(exp(x)))     dx = dy - exp(y) sum(dy)

    Shape: any -> the same.

    >>> import numpy as np
    >>> log_softmax(np.array([[0.0, 0.0]])).data.round(4)
    array([[-0.6931, -0.6931]])
    """

    of_reals = True

    def forward(self, xp: Any, x: Any) -> Any:
        y = x - x.max(axis=self.axis, keepdims=True)
        return y - xp.log(xp.exp(y).sum(axis=self.axis, keepdims=True))

    def grad_x(self, gy: Any, y: Any) -> Any:
        return gy - exp(y) * gy.sum(axis=self.axis, keepdims=True)

    samples = [
        case(normal(3, 4), axis=1),
        case(normal(3, 4), axis=0),
        case(normal(2, 3, 4), axis=-1),
        case(extreme(), axis=0),
        case(normal(0, 3), axis=1),
    ]
    errors = [case((3,), axis=1)]


@documented(Softmax)
def softmax(x: Any, axis: int = -1) -> Variable:
    return apply(Softmax(axis), x)


@documented(LogSoftmax)
def log_softmax(x: Any, axis: int = -1) -> Variable:
    return apply(LogSoftmax(axis), x)
