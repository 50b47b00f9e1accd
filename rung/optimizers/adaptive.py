"""Optimizers that scale every element's step by what its gradients have been."""

from __future__ import annotations

from typing import Any

from rung.core.parameter import Parameter
from rung.cuda import get_array_module
from rung.optimizers.arrays import decay, sum_of_squares, weight_and_gradient
from rung.optimizers.hyperparameters import Hyperparameter, Number, Settings
from rung.optimizers.optimizer import Optimizer
from rung.schedules import Schedule


class AdaGrad(Optimizer):
    """Steps that become shorter the more an element has moved. Source: Duchi et al., JMLR 2011.

        h += g ** 2
        w -= lr * g / (sqrt(h) + eps)

    Args:
        lr: the learning rate.
        eps: keeps the division in bounds.

    >>> AdaGrad(0.1).lr
    0.1
    """

    eps = Hyperparameter()
    state_names = ("h",)

    def __init__(self, lr: Number = 0.001, eps: Number = 1e-8):
        super().__init__()
        self.lr, self.eps = lr, eps

    def step(self, o: Settings, w: Any, g: Any, h: Any) -> None:
        h += g * g
        w -= o.lr * g / _width(h, o.eps)


class AdaDelta(Optimizer):
    """Steps in the size of earlier steps, with no rate to choose. Source: Zeiler, 2012.

        msg = rho * msg + (1 - rho) * g ** 2
        dx = sqrt((msdx + eps) / (msg + eps)) * g
        msdx = rho * msdx + (1 - rho) * dx ** 2
        w -= lr * dx

    Args:
        rho: the share of the running means that is kept, in [0, 1).
        eps: what the first steps are made of.
        lr: 1 in the paper.

    >>> AdaDelta().lr
    1.0
    """

    rho = Hyperparameter(below=1)
    eps = Hyperparameter()
    state_names = ("msg", "msdx")

    def __init__(self, rho: Number = 0.95, eps: Number = 1e-6, lr: Number = 1.0):
        super().__init__()
        self.rho, self.eps, self.lr = rho, eps, lr

    def step(self, o: Settings, w: Any, g: Any, msg: Any, msdx: Any) -> None:
        _blend(msg, g * g, o.rho)
        dx = ((msdx + o.eps) / (msg + o.eps)) ** 0.5
        dx *= g
        _blend(msdx, dx * dx, o.rho)
        w -= o.lr * dx


class RMSprop(Optimizer):
    """Steps divided by the running size of the gradient. Source: Tieleman & Hinton, 2012, lecture 6.5.

        v = rho * v + (1 - rho) * g ** 2
        w -= lr * g / (sqrt(v) + eps)

    Args:
        lr: the learning rate.
        rho: the share of the running mean that is kept, in [0, 1).
        eps: keeps the division in bounds.

    >>> RMSprop(0.1).rho
    0.99
    """

    rho = Hyperparameter(below=1)
    eps = Hyperparameter()
    state_names = ("v",)

    def __init__(self, lr: Number = 0.01, rho: Number = 0.99, eps: Number = 1e-8):
        super().__init__()
        self.lr, self.rho, self.eps = lr, rho, eps

    def step(self, o: Settings, w: Any, g: Any, v: Any) -> None:
        _blend(v, g * g, o.rho)
        w -= o.lr * g / _width(v, o.eps)


class Adam(Optimizer):
    """Steps scaled by running moments of the gradient. Source: Kingma & Ba, ICLR 2015.

        m = beta1 * m + (1 - beta1) * g             v = beta2 * v + (1 - beta2) * g ** 2
        w -= alpha * (m / (1 - beta1 ** t)) / (sqrt(v / (1 - beta2 ** t)) + eps)

    t counts the steps of each parameter, so one that joins later is stepped right too.

    Args:
        alpha: the learning rate, as the paper and the book call it.
        beta1: the share of the mean gradient that is kept, in [0, 1).
        beta2: the share of the mean square that is kept, in [0, 1).
        eps: keeps the division in bounds.
        lr: another name for alpha, and the one that holds.

    >>> Adam(0.01).lr, Adam(lr=0.02).alpha
    (0.01, 0.02)
    """

    beta1 = Hyperparameter(below=1)
    beta2 = Hyperparameter(below=1)
    eps = Hyperparameter()
    state_names = ("m", "v")

    def __init__(
        self,
        alpha: Number = 0.001,
        beta1: Number = 0.9,
        beta2: Number = 0.999,
        eps: Number = 1e-8,
        *,
        lr: Number | None = None,
    ):
        super().__init__()
        self.lr = alpha if lr is None else lr
        self.beta1, self.beta2, self.eps = beta1, beta2, eps

    @property
    def alpha(self) -> float:
        """The learning rate: another name for `lr`."""
        return self.lr

    @alpha.setter
    def alpha(self, value: float | Schedule) -> None:
        self.lr = value

    def step(self, o: Settings, w: Any, g: Any, m: Any, v: Any) -> None:
        w -= o.lr * direction(o, g, m, v)


def direction(o: Settings, g: Any, m: Any, v: Any) -> Any:
    """Adam's scaled mean gradient: where the step goes, before the rate."""
    _blend(m, g, o.beta1)
    _blend(v, g * g, o.beta2)
    share = 1 - o.beta1**o.t
    width = v**0.5
    width *= share / (1 - o.beta2**o.t) ** 0.5
    width += share * o.eps
    return m / width


class AdamW(Adam):
    """Adam with weight decay apart from the gradient. Source: Loshchilov & Hutter, ICLR 2019.

        w *= 1 - lr * weight_decay
        w -= lr * (m / (1 - beta1 ** t)) / (sqrt(v / (1 - beta2 ** t)) + eps)

    Biases, scales and shifts (fewer than two axes) do not decay; ``add_group("*", weight_decay=0.01)`` lets them.

    Args:
        lr: the learning rate.
        beta1: the share of the mean gradient that is kept, in [0, 1).
        beta2: the share of the mean square that is kept, in [0, 1).
        eps: keeps the division in bounds.
        weight_decay: how strongly weights shrink, in units of lr.

    >>> AdamW(0.001).weight_decay
    0.01
    """

    weight_decay = Hyperparameter()

    def __init__(
        self,
        lr: Number = 0.001,
        beta1: Number = 0.9,
        beta2: Number = 0.999,
        eps: Number = 1e-8,
        weight_decay: Number = 0.01,
    ):
        super().__init__(lr, beta1, beta2, eps)
        self.weight_decay = weight_decay

    def step(self, o: Settings, w: Any, g: Any, m: Any, v: Any) -> None:
        decay(w, o)
        super().step(o, w, g, m, v)


class Lamb(AdamW):
    """Adam whose step is as long as the weights, layer by layer, for large batches. Source: You et al., ICLR 2020.

        u = (m / (1 - beta1 ** t)) / (sqrt(v / (1 - beta2 ** t)) + eps) + weight_decay * w
        w -= lr * |w| / |u| * u               |w| / |u| is 1 where a norm is 0

    Args:
        lr: the learning rate.
        beta1: the share of the mean gradient that is kept, in [0, 1).
        beta2: the share of the mean square that is kept, in [0, 1).
        eps: keeps the division in bounds.
        weight_decay: how strongly weights shrink; biases, scales and shifts do not, as in AdamW.

    >>> Lamb(0.001).eps
    1e-06
    """

    def __init__(
        self,
        lr: Number = 0.001,
        beta1: Number = 0.9,
        beta2: Number = 0.999,
        eps: Number = 1e-6,
        weight_decay: Number = 0.01,
    ):
        super().__init__(lr, beta1, beta2, eps, weight_decay)

    def update_one(self, param: Parameter) -> None:
        o, (w, g) = self.of(param), weight_and_gradient(param)
        step = direction(o, g, *self.remembered(param))
        if o.weight_decay:
            step = step + o.weight_decay * w
        step = o.lr * _ratio(w, step).astype(step.dtype) * step
        w -= step


class Lion(Optimizer):
    """Steps of one size, in the direction of a sign. Source: Chen et al., NeurIPS 2023.

        u = sign(beta1 * m + (1 - beta1) * g)
        w -= lr * (u + weight_decay * w)
        m = beta2 * m + (1 - beta2) * g

    Good rates are three to ten times smaller than AdamW's, and good decays as much larger.

    Args:
        lr: the learning rate.
        beta1: the share of the mean gradient in the step, in [0, 1).
        beta2: the share of the mean gradient that is kept, in [0, 1).
        weight_decay: how strongly weights shrink, in units of lr; biases, scales and shifts do not, as in AdamW.

    >>> Lion().lr
    0.0001
    """

    beta1 = Hyperparameter(below=1)
    beta2 = Hyperparameter(below=1)
    weight_decay = Hyperparameter()
    state_names = ("m",)

    def __init__(self, lr: Number = 0.0001, beta1: Number = 0.9, beta2: Number = 0.99, weight_decay: Number = 0.0):
        super().__init__()
        self.lr, self.beta1, self.beta2, self.weight_decay = lr, beta1, beta2, weight_decay

    def step(self, o: Settings, w: Any, g: Any, m: Any) -> None:
        decay(w, o)
        w -= o.lr * get_array_module(w).sign(o.beta1 * m + (1 - o.beta1) * g)
        _blend(m, g, o.beta2)


def _blend(mean: Any, new: Any, kept: float) -> None:
    """Move a running mean towards a new value, in place: mean = kept * mean + (1 - kept) * new."""
    mean *= kept
    mean += (1 - kept) * new


def _width(squares: Any, eps: float) -> Any:
    """sqrt(squares) + eps"""
    width = squares**0.5
    width += eps
    return width


def _ratio(w: Any, step: Any) -> Any:
    """|w| / |step|, but 1 where one of them is 0; a 0-d array, so that a device need not wait for it."""
    xp = get_array_module(w)
    size, length = xp.sqrt(sum_of_squares(w)), xp.sqrt(sum_of_squares(step))
    return xp.where((size > 0) & (length > 0), size / xp.where(length > 0, length, 1.0), 1.0)
