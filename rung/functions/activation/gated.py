"""Activations that let x through as far as a gate, computed from x itself, is open."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.core.call import apply
from rung.core.families import RealElementwise
from rung.core.samples import extreme, normal, scalar
from rung.core.variable import Variable
from rung.functions.activation.sigmoidal import sigmoid, softplus
from rung.functions.documented import documented
from rung.functions.elementwise import clip, erf, exp, tanh, where
from rung.functions.elementwise.special import erf_of

__all__ = ["gelu", "mish", "hard_swish", "silu"]


_C = math.sqrt(2 / math.pi)


class SiLU(RealElementwise):
    """Let x through as far as its sigmoid says; also called swish.

        y = x sigmoid(x)                   dy/dx = s + y (1 - s),  s = sigmoid(x)

    Shape: any -> the same. Source: Elfwing et al., 2018

    >>> import numpy as np
    >>> silu(np.array([-1000.0, 0.0, 1000.0]))
    variable([  -0.    0. 1000.])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        wide = x.astype(xp.float32) if x.dtype == xp.float16 else x
        with np.errstate(over="ignore"):  # 1 / infinity is 0, as it should be
            return (x / (1 + xp.exp(-wide))).astype(x.dtype, copy=False)

    def dx(self, x: Any, y: Any) -> Any:
        s = sigmoid(x)
        return s + y * (1 - s)

    samples = [normal(3, 4), scalar(0.5), extreme()]


class HardSwish(RealElementwise):
    """A SiLU of straight and parabolic pieces.

        y = x hard_sigmoid(x)              dy/dx = 0, x / 3 + 1/2, or 1

    Shape: any -> the same. Source: Howard et al., ICCV 2019

    >>> import numpy as np
    >>> hard_swish(np.array([-3.0, 0.0, 3.0]))
    variable([-0.  0.  3.])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return x * xp.clip(x / 6 + 0.5, 0, 1)

    def dx(self, x: Any) -> Any:
        return where(x < 3, where(x > -3, x / 3 + 0.5, 0.0), 1.0)

    samples = [normal(3, 4), scalar(3.5), extreme()]


class GELU(RealElementwise):
    """Let x through as often as a standard normal variable lies below it.

        y = x Phi(x) = x (1 + erf(x / sqrt(2))) / 2           dy/dx = Phi(x) + x phi(x)

    Shape: any -> the same. Source: Hendrycks and Gimpel, 2016.

    Args:
        approximate: with tanh instead, as GPT-2 does: y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x ** 3))) / 2

    >>> import numpy as np
    >>> gelu(np.array([-10.0, 0.0, 10.0])).data.round(6)
    array([-0.,  0., 10.])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        wide = x.astype(xp.float32) if x.dtype == xp.float16 else x
        return (wide * (erf_of(xp, wide * math.sqrt(0.5)) * 0.5 + 0.5)).astype(x.dtype, copy=False)

    def dx(self, x: Any) -> Any:
        near = clip(x, -40.0, 40.0)  # beyond, the density is 0, and x ** 2 would overflow in float16
        density = exp(near * near * -0.5) * (1 / math.sqrt(2 * math.pi))
        return erf(x * math.sqrt(0.5)) * 0.5 + 0.5 + x * density

    samples = [normal(3, 4), scalar(0.5), extreme()]


class TanhGELU(RealElementwise):
    """GELU with a tanh in the place of the error function.

        y = x (1 + t) / 2,  t = tanh(c (x + 0.044715 x ** 3)),  c = sqrt(2 / pi)
        dy/dx = (1 + t) / 2 + x (1 - t ** 2) c (1 + 0.134145 x ** 2) / 2

    Shape: any -> the same. Source: Hendrycks and Gimpel, 2016.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        wide = x.astype(xp.float32) if x.dtype == xp.float16 else x
        with np.errstate(over="ignore"):  # where x ** 2 is infinite, t is 1
            t = xp.tanh(wide * (wide * wide * (0.044715 * _C) + _C))
        return (wide * (t * 0.5 + 0.5)).astype(x.dtype, copy=False)

    def dx(self, x: Any) -> Any:
        x = clip(x, -20.0, 20.0)  # beyond, t is 1 to the last digit, and x ** 2 would overflow beside it
        t = tanh(x * (x * x * (0.044715 * _C) + _C))
        return (t + 1) * 0.5 + x * (1 - t * t) * (x * x * (0.134145 * _C) + _C) * 0.5

    samples = [normal(3, 4), scalar(0.5), extreme()]


class Mish(RealElementwise):
    """A smooth activation that dips below 0 and comes back.

        y = x t,  t = tanh(log(1 + exp(x)))        dy/dx = t + x (1 - t ** 2) sigmoid(x)

    Shape: any -> the same. Source: Misra, BMVC 2020.

    >>> import numpy as np
    >>> mish(np.array([0.0, 100.0]))
    variable([  0. 100.])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        e = xp.exp(-abs(x))  # t is (1 + exp(x)) ** 2 - 1 over the same + 1, and both are divided by exp(2 x) if x > 0
        top = xp.where(x >= 0, 1 + 2 * e, e * (e + 2))
        return x * (top / (top + 2 * xp.where(x >= 0, e * e, 1)))

    def dx(self, x: Any) -> Any:
        t = tanh(softplus(x))
        return t + x * (1 - t * t) * sigmoid(x)

    samples = [normal(3, 4), scalar(0.5), extreme()]


@documented(SiLU)
def silu(x: Any) -> Variable:
    return apply(SiLU(), x)


@documented(HardSwish)
def hard_swish(x: Any) -> Variable:
    return apply(HardSwish(), x)


@documented(GELU)
def gelu(x: Any, approximate: bool = False) -> Variable:
    return apply(TanhGELU() if approximate else GELU(), x)


@documented(Mish)
def mish(x: Any) -> Variable:
    return apply(Mish(), x)
