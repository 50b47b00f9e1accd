"""Optimizers that go along the gradient, with or without a velocity.

All of them take a `weight_decay` of their own, which is apart from the gradient: w *= 1 - lr * weight_decay. The
optimizer's leaves out biases, scales and shifts; see `Optimizer.add_group` to decay them too.
"""

from __future__ import annotations

from typing import Any

from rung.optimizers.arrays import decay
from rung.optimizers.hyperparameters import Hyperparameter, Number, Settings
from rung.optimizers.optimizer import Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent.

        w -= lr * g

    Args:
        lr: the learning rate, a number or a schedule, as all of these may be.
        weight_decay: how strongly weights shrink, in units of lr.

    >>> import numpy as np, rung.layers as L, rung.functions as F
    >>> layer = L.Linear(1, in_size=2); optimizer = SGD(lr=0.1).setup(layer)
    >>> F.sum(layer(np.ones((1, 2)))).backward()
    >>> optimizer.update(); layer.b
    variable([-0.1], dtype=float32, name='b')
    """

    weight_decay = Hyperparameter()

    def __init__(self, lr: Number = 0.01, weight_decay: Number = 0.0):
        super().__init__()
        self.lr, self.weight_decay = lr, weight_decay

    def step(self, o: Settings, w: Any, g: Any) -> None:
        decay(w, o)
        w -= o.lr * g


class MomentumSGD(Optimizer):
    """Gradient descent with a velocity. Source: Polyak, 1964.

        v = momentum * v - lr * g
        w += v

    The rate is in the velocity, as in the book; with PyTorch's, outside it, the same happens as long as lr stays.

    Args:
        lr: the learning rate.
        momentum: the share of the velocity that is kept, in [0, 1).
        weight_decay: how strongly weights shrink, in units of lr.

    >>> MomentumSGD(0.1, momentum=0.5).momentum
    0.5
    """

    momentum = Hyperparameter(below=1)
    weight_decay = Hyperparameter()
    state_names = ("v",)

    def __init__(self, lr: Number = 0.01, momentum: Number = 0.9, weight_decay: Number = 0.0):
        super().__init__()
        self.lr, self.momentum, self.weight_decay = lr, momentum, weight_decay

    def step(self, o: Settings, w: Any, g: Any, v: Any) -> None:
        decay(w, o)
        v *= o.momentum
        v -= o.lr * g
        w += v


class Nesterov(MomentumSGD):
    """Gradient descent with a velocity that looks one step ahead. Source: Nesterov, 1983.

        v = momentum * v - lr * g
        w += momentum * v - lr * g

    The gradient is that at w itself, which stands for the point ahead (Sutskever et al., ICML 2013).

    >>> Nesterov(0.1).momentum
    0.9
    """

    def step(self, o: Settings, w: Any, g: Any, v: Any) -> None:
        ahead = o.lr * g
        decay(w, o)
        v *= o.momentum
        v -= ahead
        w += o.momentum * v - ahead
