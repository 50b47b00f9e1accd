"""Optimizers: what turns gradients into steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Self

from rung.core.guard import note_written
from rung.core.variable import Parameter
from rung.cuda import get_array_module
from rung.errors import DTypeError, GraphError, ValueRangeError, describe

Hook = Callable[[list[Parameter]], None]


class Optimizer:
    """The base of optimizers: holds a model, and steps each of its parameters that has a gradient.

    To write one, override `update_one(param)`; it reads `param.grad` and writes to `param.data`.
    """

    def __init__(self) -> None:
        self.target: Any = None
        self.hooks: list[Hook] = []
        self._names: dict[int, str] = {}
        self.state: dict[str, dict[str, Any]] = {}  # by the parameter's name: what update_one remembers of it

    def setup(self, target: Any) -> Self:
        """Choose the model (anything with `named_params`) to step; return self."""
        if not hasattr(target, "named_params"):
            raise DTypeError(f"{type(self).__name__}: setup expected a layer or model, but got {describe(target)}")
        self.target = target
        return self

    def update(self) -> None:
        """Run the hooks, then step every parameter that has a gradient, each once."""
        if self.target is None:
            raise GraphError(f"{type(self).__name__}: update() before setup(model)")
        named = [(name, p) for name, p in self.target.named_params() if p.grad is not None and p.trainable]
        for hook in self.hooks:
            hook([p for _, p in named])
        self._names = {id(p): name for name, p in named}
        self.begin_step()
        for _, parameter in named:
            if parameter.grad is not None:  # a hook may have taken it away
                self.update_one(parameter)
                note_written(parameter)

    def begin_step(self) -> None:
        """Called once before the parameters of a step."""

    def update_one(self, param: Parameter) -> None:
        """Step one parameter."""
        raise NotImplementedError(f"{type(self).__name__} has no update_one method")

    def add_hook(self, hook: Hook) -> Self:
        """Call `hook` with the list of parameters before every step; return self."""
        self.hooks.append(hook)
        return self

    def remembered(self, param: Parameter, *names: str) -> list[Any]:
        """Arrays that belong to a parameter, zeros at first, of its shape and on its device."""
        state = self.state.setdefault(self._names[id(param)], {})
        xp, w = get_array_module(param), param._data
        for name in names:
            if name not in state or state[name].shape != w.shape:
                state[name] = xp.zeros_like(w)
        return [state[name] for name in names]


def _positive(name: str, value: float) -> float:
    if not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        raise ValueRangeError(f"optimizer: {name} must be a number of at least 0, but got {value!r}")
    return value


def _arrays(param: Parameter) -> tuple[Any, Any]:
    gradient = param.grad
    assert gradient is not None
    return param._data, gradient._data


class SGD(Optimizer):
    """Stochastic gradient descent.

        w -= lr * g

    >>> import numpy as np, rung.layers as L, rung.functions as F
    >>> layer = L.Linear(1, in_size=2); optimizer = SGD(lr=0.1).setup(layer)
    >>> F.sum(layer(np.ones((1, 2)))).backward()
    >>> optimizer.update(); layer.b
    variable([-0.1], dtype=float32, name='b')
    """

    def __init__(self, lr: float = 0.01):
        super().__init__()
        self.lr = _positive("the learning rate", lr)

    def update_one(self, param: Parameter) -> None:
        w, g = _arrays(param)
        w -= self.lr * g


class MomentumSGD(Optimizer):
    """Gradient descent with a velocity. Source: Polyak, 1964.

    v = momentum * v - lr * g
    w += v
    """

    def __init__(self, lr: float = 0.01, momentum: float = 0.9):
        super().__init__()
        self.lr = _positive("the learning rate", lr)
        self.momentum = _positive("momentum", momentum)

    def update_one(self, param: Parameter) -> None:
        w, g = _arrays(param)
        (v,) = self.remembered(param, "v")
        v *= self.momentum
        v -= self.lr * g
        w += v


class Adam(Optimizer):
    """Steps scaled by running moments of the gradient. Source: Kingma & Ba, ICLR 2015.

    m = beta1 * m + (1 - beta1) * g             v = beta2 * v + (1 - beta2) * g ** 2
    w -= alpha * (m / (1 - beta1 ** t)) / (sqrt(v / (1 - beta2 ** t)) + eps)
    """

    def __init__(self, alpha: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8):
        super().__init__()
        self.alpha = _positive("the learning rate", alpha)
        for name, beta in (("beta1", beta1), ("beta2", beta2)):
            if not 0 <= beta < 1:
                raise ValueRangeError(f"optimizer: {name} must be in [0, 1), but got {beta}")
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self.t = 0

    @property
    def lr(self) -> float:
        """The learning rate: another name for `alpha`, which the paper and the book use."""
        return self.alpha

    @lr.setter
    def lr(self, value: float) -> None:
        self.alpha = value

    def begin_step(self) -> None:
        self.t += 1

    def update_one(self, param: Parameter) -> None:
        w, g = _arrays(param)
        m, v = self.remembered(param, "m", "v")
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        width = v / (1 - self.beta2**self.t)
        width **= 0.5
        width += self.eps
        w -= (self.alpha / (1 - self.beta1**self.t)) * m / width
