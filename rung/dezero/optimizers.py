"""`dezero.optimizers`: the book's, on those of Rung, with its formula for Adam."""

from __future__ import annotations

import math
from typing import Any

from rung.cuda import get_array_module
from rung.dezero import cuda
from rung.dezero.core import Parameter
from rung.optimizers import SGD, AdaDelta, AdaGrad, ClipGrad, FreezeParam, MomentumSGD, Optimizer, WeightDecay
from rung.optimizers import Adam as RungAdam

__all__ = [
    "SGD", "AdaDelta", "AdaGrad", "Adam", "ClipGrad", "FreezeParam", "MomentumSGD", "Optimizer", "Parameter",
    "WeightDecay", "cuda",
]  # fmt: skip


class Adam(RungAdam):
    """Adam as the book writes it: the corrections are in the rate, and eps is added before them."""

    @property
    def lr(self) -> float:  # type: ignore[override]
        """The corrected rate of the latest update."""
        t = max(self.t, 1)
        return self.alpha * math.sqrt(1 - self.beta2**t) / (1 - self.beta1**t)

    @lr.setter
    def lr(self, value: float) -> None:
        self.alpha = value

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
