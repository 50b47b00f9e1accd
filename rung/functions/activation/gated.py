"""Activations that let x through as far as a gate, computed from x itself, is open."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.families import Elementwise
from rung.core.samples import extreme, normal, scalar
from rung.core.variable import Variable
from rung.functions.activation.sigmoidal import sigmoid
from rung.functions.documented import documented
from rung.functions.elementwise import where

__all__ = ["hard_swish", "silu"]


class SiLU(Elementwise):
    """Let x through as far as its sigmoid says; also called swish.

        y = x sigmoid(x)                   dy/dx = s + y (1 - s),  s = sigmoid(x)

    Shape: any -> the same. Source: Elfwing et al., 2018
    """

    def forward(self, xp: Any, x: Any) -> Any:
        e = xp.exp(-abs(x))
        return x * (xp.where(x >= 0, 1, e) / (1 + e))

    def dx(self, x: Any, y: Any) -> Any:
        s = sigmoid(x)
        return s + y * (1 - s)

    samples = [normal(3, 4), scalar(0.5), extreme()]


class HardSwish(Elementwise):
    """A SiLU of straight and parabolic pieces.

        y = x hard_sigmoid(x)              dy/dx = 0, x / 3 + 1/2, or 1

    Shape: any -> the same. Source: Howard et al., ICCV 2019
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return x * xp.clip(x / 6 + 0.5, 0, 1)

    def dx(self, x: Any) -> Any:
        return where(x < 3, where(x > -3, x / 3 + 0.5, 0.0), 1.0)

    samples = [normal(3, 4), scalar(3.5), extreme()]


@documented(SiLU)
def silu(x: Any) -> Variable:
    return apply(SiLU(), x)


@documented(HardSwish)
def hard_swish(x: Any) -> Variable:
    return apply(HardSwish(), x)
