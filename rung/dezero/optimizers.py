"""`dezero.optimizers`: the book's, on those of Rung, with its formula for Adam."""

from __future__ import annotations

import math
from typing import Any

from rung.cuda import get_array_module
from rung.dezero import cuda
from rung.dezero.core import Parameter
from rung.optimizers import SGD, AdaDelta, AdaGrad, ClipGrad, FreezeParam, MomentumSGD, Optimizer, WeightDecay

__all__ = [
    "SGD", "AdaDelta", "AdaGrad", "Adam", "ClipGrad", "FreezeParam", "MomentumSGD", "Optimizer", "Parameter",
    "WeightDecay", "cuda",
]  # fmt: skip


class Adam(Optimizer):
    """Adam as the book writes it: both corrections are in the rate, and eps is added before them.

    Source: Kingma & Ba, Adam: A Method for Stochastic Optimization, ICLR 2015, section 2.
    """

    state_names = ("m", "v")

    def __init__(self, alpha: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8):
        super().__init__()
        self.alpha = alpha
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps

    @property
    def lr(self) -> float:  # type: ignore[override]
        """The rate of the latest update, with its corrections."""
        t = max(self.t, 1)
        return self.alpha * math.sqrt(1 - self.beta2**t) / (1 - self.beta1**t)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Count, then step every parameter that has a gradient."""
        self.t += 1
        super().update(*args, **kwargs)

    def update_one(self, param: Any) -> None:
        w, gradient = param._data, param.grad._data
        m, v = self.remembered(param)
        m += (1 - self.beta1) * (gradient - m)
        v += (1 - self.beta2) * (gradient * gradient - v)
        w -= (self.lr * m / (get_array_module(w).sqrt(v) + self.eps)).astype(w.dtype)
