"""Activations that are straight on one side or both."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.families import RealElementwise
from rung.core.samples import away_from, case, extreme, normal, scalar
from rung.core.variable import Variable
from rung.functions.documented import documented
from rung.functions.elementwise import exp, minimum, where

__all__ = ["prelu", "celu", "elu", "leaky_relu", "relu", "relu6", "selu"]

_ALPHA, _SCALE = 1.6732632423543772, 1.0507009873554805


class ReLU(RealElementwise):
    """Let positive values through; the derivative at 0 is 0.

        y = max(x, 0)        dy/dx = [y > 0]

    Shape: any -> the same. Source: Nair & Hinton, ICML 2010.

    >>> import numpy as np
    >>> relu(np.array([-1.0, 2.0]))
    variable([0. 2.])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.maximum(x, 0)

    def dx(self, y: Any) -> Any:
        return y > 0

    samples = [away_from(3, 4), scalar(2.0), extreme()]


class ReLU6(RealElementwise):
    """Let values from 0 to 6 through.

        y = min(max(x, 0), 6)              dy/dx = [0 < x < 6]

    Shape: any -> the same. Source: Krizhevsky, 2010

    >>> import numpy as np
    >>> relu6(np.array([-1.0, 2.0, 9.0]))
    variable([0. 2. 6.])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.clip(x, 0, 6)

    def dx(self, y: Any) -> Any:
        return (y > 0) * (y < 6)

    samples = [away_from(3, 4), scalar(7.0), extreme()]


class LeakyReLU(RealElementwise):
    """Let positive values through, and a share of negative ones.

        y = x if x > 0 else slope * x      dy/dx = 1 or slope

    Shape: any -> the same. Source: Maas et al., 2013

    Args:
        slope: the share

    >>> import numpy as np
    >>> leaky_relu(np.array([-10.0, 2.0]), slope=0.1)
    variable([-1.  2.])
    """

    def __init__(self, slope: float = 0.2):
        self.slope = slope

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.where(x > 0, x, self.slope * x)

    def dx(self, x: Any) -> Any:
        return where(x > 0, 1.0, self.slope)

    samples = [away_from(3, 4), case(away_from(3, 4), slope=0.01), extreme()]


class ELU(RealElementwise):
    """Let positive values through, and bend negative ones towards -alpha.

        y = x if x > 0 else alpha (exp(x) - 1)             dy/dx = 1 or alpha exp(x)

    Shape: any -> the same. Source: Clevert et al., ICLR 2016

    Args:
        alpha: the negative limit

    >>> import numpy as np
    >>> elu(np.array([-100.0, 2.0]))
    variable([-1.  2.])
    """

    def __init__(self, alpha: float = 1.0):
        self.alpha = alpha

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.where(x > 0, x, self.alpha * xp.expm1(xp.minimum(x, 0)))

    def dx(self, x: Any) -> Any:
        return where(x > 0, 1.0, self.alpha * exp(minimum(x, 0)))  # not y + alpha, which cancels

    samples = [away_from(3, 4), case(normal(3), alpha=1.0), extreme()]


class CELU(RealElementwise):
    """An ELU that is smooth at 0 for every alpha.

        y = x if x > 0 else alpha (exp(x / alpha) - 1)     dy/dx = 1 or exp(x / alpha)

    Shape: any -> the same. Source: Barron, 2017

    Args:
        alpha: the negative limit

    >>> import numpy as np
    >>> celu(np.array([-100.0, 2.0]))
    variable([-1.  2.])
    """

    def __init__(self, alpha: float = 1.0):
        self.alpha = alpha

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.where(x > 0, x, self.alpha * xp.expm1(xp.minimum(x, 0) / self.alpha))

    def dx(self, x: Any) -> Any:
        return where(x > 0, 1.0, exp(minimum(x, 0) / self.alpha))

    samples = [away_from(3, 4), case(away_from(3), alpha=2.0), extreme()]


class SELU(RealElementwise):
    """An ELU scaled so that activations keep mean 0 and variance 1.

        y = scale * elu(x, alpha)          dy/dx = scale or scale * alpha * exp(x)

    Shape: any -> the same. Source: Klambauer et al., NeurIPS 2017

    >>> selu(Variable(1.0))
    variable(1.0507009873554805)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return _SCALE * xp.where(x > 0, x, _ALPHA * xp.expm1(xp.minimum(x, 0)))

    def dx(self, x: Any) -> Any:
        return where(x > 0, _SCALE, _SCALE * _ALPHA * exp(minimum(x, 0)))

    samples = [away_from(3, 4), extreme()]


class PReLU(RealElementwise):
    """A ReLU whose slope on the negative side is learnt.

        y = x if x > 0 else slope x        dy/dx = 1 or slope        dy/dslope = 0 or x

    Shape: any two that broadcast, usually (N, C, …) and (C, 1, …) -> the broadcast shape.
    Source: He et al., ICCV 2015.

    >>> import numpy as np
    >>> prelu(np.array([-10.0, 2.0]), Variable(0.1))
    variable([-1.  2.])
    """

    def forward(self, xp: Any, x: Any, slope: Any) -> Any:
        return xp.where(x > 0, x, slope * x)

    def dx(self, x: Any, slope: Any) -> Any:
        return where(x > 0, 1.0, slope)

    def dslope(self, x: Any) -> Any:
        return where(x > 0, 0.0, x)

    samples = [(away_from(3, 4), normal(4)), (away_from(2, 3, 4), normal(3, 1)), (away_from(3), 0.25)]
    errors = [((2, 3), (2,))]


@documented(ReLU)
def relu(x: Any) -> Variable:
    return apply(ReLU(), x)


@documented(ReLU6)
def relu6(x: Any) -> Variable:
    return apply(ReLU6(), x)


@documented(LeakyReLU)
def leaky_relu(x: Any, slope: float = 0.2) -> Variable:
    return apply(LeakyReLU(slope), x)


@documented(ELU)
def elu(x: Any, alpha: float = 1.0) -> Variable:
    return apply(ELU(alpha), x)


@documented(CELU)
def celu(x: Any, alpha: float = 1.0) -> Variable:
    return apply(CELU(alpha), x)


@documented(SELU)
def selu(x: Any) -> Variable:
    return apply(SELU(), x)


@documented(PReLU)
def prelu(x: Any, slope: Any) -> Variable:
    return apply(PReLU(), x, slope)
