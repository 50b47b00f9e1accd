"""`dezero.optimizers`: the book's optimizers and hooks, which are Rung's, but for where Adam has its eps."""

from __future__ import annotations

import math
from typing import Any

from rung import optimizers
from rung.dezero.core import Parameter
from rung.optimizers import SGD, AdaDelta, AdaGrad, ClipGrad, FreezeParam, MomentumSGD, Optimizer, WeightDecay

__all__ = [
    "AdaDelta", "AdaGrad", "Adam", "ClipGrad", "FreezeParam", "MomentumSGD", "Optimizer", "Parameter", "SGD",
    "WeightDecay",
]  # fmt: skip


class Adam(optimizers.Adam):
    """Adam as the book writes it, with eps added to the root of the uncorrected mean square.

        w -= alpha * sqrt(1 - beta2 ** t) / (1 - beta1 ** t) * m / (sqrt(v) + eps)

    Source: Kingma & Ba, ICLR 2015, the end of section 2.
    """

    def step(self, o: Any, w: Any, g: Any, m: Any, v: Any) -> None:
        m += (1 - o.beta1) * (g - m)
        v += (1 - o.beta2) * (g * g - v)
        w -= o.lr * (math.sqrt(1 - o.beta2**o.t) / (1 - o.beta1**o.t) * m / (v**0.5 + o.eps))
