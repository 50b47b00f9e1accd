"""Activations in the shape of an S, and what integrates to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.core.call import apply
from rung.core.families import RealElementwise
from rung.core.samples import extreme, normal, scalar
from rung.core.variable import Variable
from rung.functions.documented import documented
from rung.functions.elementwise import absolute

__all__ = ["hard_sigmoid", "logsigmoid", "sigmoid", "softplus", "softsign"]


class Sigmoid(RealElementwise):
    """Squash every element into (0, 1), precisely at both ends.

        y = 1 / (1 + exp(-x))        dy/dx = y (1 - y)

    Shape: any -> the same.

    >>> import numpy as np
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    variable([0.  0.5 1. ])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        wide = x.astype(xp.float32) if x.dtype == xp.float16 else x  # in float16, infinity comes too soon
        with np.errstate(over="ignore"):  # 1 / infinity is 0, as it should be
            return (1 / (1 + xp.exp(-wide))).astype(x.dtype, copy=False)

    def dx(self, y: Any) -> Any:
        return y * (1 - y)

    samples = [normal(3, 4), scalar(0.5), extreme()]


class LogSigmoid(RealElementwise):
    """The logarithm of the sigmoid, without the detour through tiny values.

        y = -log(1 + exp(-x))              dy/dx = sigmoid(-x)

    Shape: any -> the same.

    >>> logsigmoid(Variable(-1000.0))
    variable(-1000.0)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.minimum(x, 0) - xp.log1p(xp.exp(-abs(x)))

    def dx(self, x: Any) -> Any:
        return sigmoid(-x)

    samples = [normal(3, 4), scalar(0.5), extreme()]


class Softplus(RealElementwise):
    """A smooth ReLU, without overflow.

        y = log(1 + exp(x))                dy/dx = sigmoid(x)

    Shape: any -> the same. Source: Dugas et al., NeurIPS 2000

    >>> import numpy as np
    >>> softplus(np.array([-1000.0, 1000.0]))
    variable([   0. 1000.])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.maximum(x, 0) + xp.log1p(xp.exp(-abs(x)))

    def dx(self, x: Any) -> Any:
        return sigmoid(x)

    samples = [normal(3, 4), scalar(0.5), extreme()]


class Softsign(RealElementwise):
    """Squash every element into (-1, 1), with long tails.

        y = x / (1 + |x|)                  dy/dx = 1 / (1 + |x|) ** 2

    Shape: any -> the same.

    >>> import numpy as np
    >>> softsign(np.array([-1.0, 3.0]))
    variable([-0.5   0.75])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return x / (1 + abs(x))

    def dx(self, x: Any) -> Any:
        return (1 + absolute(x)) ** -2.0

    samples = [normal(3, 4), scalar(0.5), extreme()]


class HardSigmoid(RealElementwise):
    """A sigmoid of three straight pieces.

        y = min(max(x / 6 + 1/2, 0), 1)    dy/dx = [-3 < x < 3] / 6

    Shape: any -> the same. Source: Howard et al., ICCV 2019

    >>> import numpy as np
    >>> hard_sigmoid(np.array([-3.0, 0.0, 3.0]))
    variable([0.  0.5 1. ])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.clip(x / 6 + 0.5, 0, 1)

    def dx(self, x: Any) -> Any:
        return (x > -3) * (x < 3) / 6

    samples = [normal(3, 4), scalar(3.5), extreme()]


@documented(Sigmoid)
def sigmoid(x: Any) -> Variable:
    return apply(Sigmoid(), x)


@documented(LogSigmoid)
def logsigmoid(x: Any) -> Variable:
    return apply(LogSigmoid(), x)


@documented(Softplus)
def softplus(x: Any) -> Variable:
    return apply(Softplus(), x)


@documented(Softsign)
def softsign(x: Any) -> Variable:
    return apply(Softsign(), x)


@documented(HardSigmoid)
def hard_sigmoid(x: Any) -> Variable:
    return apply(HardSigmoid(), x)
