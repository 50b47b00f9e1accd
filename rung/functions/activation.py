"""Activations: what makes a stack of linear maps more than one linear map."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.families import Elementwise
from rung.core.function import Function
from rung.core.samples import away_from, case, extreme, normal, scalar
from rung.core.variable import Variable
from rung.functions.documented import documented
from rung.functions.elementwise import absolute, as_reals, exp, where
from rung.shapes import Shape, normalize_axes

# Chosen so that mean 0 and variance 1 are a fixed point of a layer with SELU.
_ALPHA, _SCALE = 1.6732632423543772, 1.0507009873554805


class ReLU(Elementwise):
    """Let positive values through; the derivative at 0 is 0.

        y = max(x, 0)        dy/dx = [y > 0]

    Shape: any -> the same. Source: Nair & Hinton, ICML 2010.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.maximum(x, 0)

    def dx(self, y: Any) -> Any:
        return y > 0

    samples = [away_from(3, 4), scalar(2.0), extreme()]


class Sigmoid(Elementwise):
    """Squash every element into (0, 1), precisely at both ends.

        y = 1 / (1 + exp(-x))        dy/dx = y (1 - y)

    Shape: any -> the same.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        e = xp.exp(-abs(x))  # never overflows
        return xp.where(x >= 0, 1, e) / (1 + e)

    def dx(self, y: Any) -> Any:
        return y * (1 - y)

    samples = [normal(3, 4), scalar(0.5), extreme()]


class ReLU6(Elementwise):
    """Let values from 0 to 6 through.

        y = min(max(x, 0), 6)              dy/dx = [0 < x < 6]

    Shape: any -> the same. Source: Krizhevsky, 2010
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.clip(x, 0, 6)

    def dx(self, y: Any) -> Any:
        return (y > 0) * (y < 6)

    samples = [away_from(3, 4), scalar(7.0), extreme()]


class LeakyReLU(Elementwise):
    """Let positive values through, and a share of negative ones.

        y = x if x > 0 else slope * x      dy/dx = 1 or slope

    Shape: any -> the same. Source: Maas et al., 2013

    Args:
        slope: the share
    """

    def __init__(self, slope: float = 0.2):
        self.slope = slope

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.where(x > 0, x, self.slope * x)

    def dx(self, x: Any) -> Any:
        return where(x > 0, 1.0, self.slope)

    samples = [away_from(3, 4), case(away_from(3, 4), slope=0.01), extreme()]


class ELU(Elementwise):
    """Let positive values through, and bend negative ones towards -alpha.

        y = x if x > 0 else alpha (exp(x) - 1) dy/dx = 1 or y + alpha

    Shape: any -> the same. Source: Clevert et al., ICLR 2016

    Args:
        alpha: the negative limit
    """

    def __init__(self, alpha: float = 1.0):
        self.alpha = alpha

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.where(x > 0, x, self.alpha * xp.expm1(xp.minimum(x, 0)))

    def dx(self, x: Any, y: Any) -> Any:
        return where(x > 0, 1.0, y + self.alpha)

    samples = [away_from(3, 4), case(normal(3), alpha=1.0), extreme()]


class CELU(Elementwise):
    """An ELU that is smooth at 0 for every alpha.

        y = x if x > 0 else alpha (exp(x / alpha) - 1) dy/dx = 1 or y / alpha + 1

    Shape: any -> the same. Source: Barron, 2017

    Args:
        alpha: the negative limit
    """

    def __init__(self, alpha: float = 1.0):
        self.alpha = alpha

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.where(x > 0, x, self.alpha * xp.expm1(xp.minimum(x, 0) / self.alpha))

    def dx(self, x: Any, y: Any) -> Any:
        return where(x > 0, 1.0, y / self.alpha + 1)

    samples = [away_from(3, 4), case(away_from(3), alpha=2.0), extreme()]


class SELU(Elementwise):
    """An ELU scaled so that activations keep mean 0 and variance 1.

        y = scale * elu(x, alpha)          dy/dx = scale or y + scale * alpha

    Shape: any -> the same. Source: Klambauer et al., NeurIPS 2017
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return _SCALE * xp.where(x > 0, x, _ALPHA * xp.expm1(xp.minimum(x, 0)))

    def dx(self, x: Any, y: Any) -> Any:
        return where(x > 0, _SCALE, y + _SCALE * _ALPHA)

    samples = [away_from(3, 4), extreme()]


class Softplus(Elementwise):
    """A smooth ReLU, without overflow.

        y = log(1 + exp(x))                dy/dx = sigmoid(x)

    Shape: any -> the same. Source: Dugas et al., NeurIPS 2000
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.maximum(x, 0) + xp.log1p(xp.exp(-abs(x)))

    def dx(self, x: Any) -> Any:
        return sigmoid(x)

    samples = [normal(3, 4), scalar(0.5), extreme()]


class LogSigmoid(Elementwise):
    """The logarithm of the sigmoid, without the detour through tiny values.

        y = -log(1 + exp(-x))              dy/dx = sigmoid(-x)

    Shape: any -> the same.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.minimum(x, 0) - xp.log1p(xp.exp(-abs(x)))

    def dx(self, x: Any) -> Any:
        return sigmoid(-x)

    samples = [normal(3, 4), scalar(0.5), extreme()]


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


class Softsign(Elementwise):
    """Squash every element into (-1, 1), with long tails.

        y = x / (1 + |x|)                  dy/dx = 1 / (1 + |x|) ** 2

    Shape: any -> the same.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return x / (1 + abs(x))

    def dx(self, x: Any) -> Any:
        return (1 + absolute(x)) ** -2.0

    samples = [normal(3, 4), scalar(0.5), extreme()]


class HardSigmoid(Elementwise):
    """A sigmoid of three straight pieces.

        y = min(max(x / 6 + 1/2, 0), 1)    dy/dx = [-3 < x < 3] / 6

    Shape: any -> the same. Source: Howard et al., ICCV 2019
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.clip(x / 6 + 0.5, 0, 1)

    def dx(self, x: Any) -> Any:
        return (x > -3) * (x < 3) / 6

    samples = [normal(3, 4), scalar(3.5), extreme()]


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


class AlongAxis(Function):
    """As many values as there were, each computed from all along one axis."""

    def __init__(self, axis: int = 1):
        self.axis = axis

    def shape(self, x: Shape) -> Shape:
        normalize_axes(self.axis, len(x))
        return x


class Softmax(AlongAxis):
    """Turn scores into probabilities along an axis.

        y = exp(x) / sum(exp(x))     dx = y (dy - sum(y dy))

    Shape: any -> the same.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        y = xp.exp(x - x.max(axis=self.axis, keepdims=True))
        y /= y.sum(axis=self.axis, keepdims=True)
        return y

    def grad_x(self, gy: Any, y: Any) -> Any:
        g = y * gy
        return g - y * g.sum(axis=self.axis, keepdims=True)

    samples = [
        normal(3, 4),
        case(normal(3, 4), axis=0),
        case(normal(2, 3, 4), axis=-1),
        case(extreme(), axis=0),
        normal(0, 3),
    ]
    errors = [((3,),)]


class LogSoftmax(AlongAxis):
    """The logarithm of softmax, without the detour through tiny probabilities.

        y = x - log(sum(exp(x)))     dx = dy - exp(y) sum(dy)

    Shape: any -> the same.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        y = x - x.max(axis=self.axis, keepdims=True)
        return y - xp.log(xp.exp(y).sum(axis=self.axis, keepdims=True))

    def grad_x(self, gy: Any, y: Any) -> Any:
        return gy - exp(y) * gy.sum(axis=self.axis, keepdims=True)

    samples = [
        normal(3, 4),
        case(normal(3, 4), axis=0),
        case(normal(2, 3, 4), axis=-1),
        case(extreme(), axis=0),
        normal(0, 3),
    ]
    errors = [((3,),)]


@documented(ReLU)
def relu(x: Any) -> Variable:
    return apply(ReLU(), x)


@documented(Sigmoid)
def sigmoid(x: Any) -> Variable:
    return apply(Sigmoid(), x)


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


@documented(Softplus)
def softplus(x: Any) -> Variable:
    return apply(Softplus(), x)


@documented(LogSigmoid)
def logsigmoid(x: Any) -> Variable:
    return apply(LogSigmoid(), x)


@documented(SiLU)
def silu(x: Any) -> Variable:
    return apply(SiLU(), x)


@documented(Softsign)
def softsign(x: Any) -> Variable:
    return apply(Softsign(), x)


@documented(HardSigmoid)
def hard_sigmoid(x: Any) -> Variable:
    return apply(HardSigmoid(), x)


@documented(HardSwish)
def hard_swish(x: Any) -> Variable:
    return apply(HardSwish(), x)


@documented(Softmax)
def softmax(x: Any, axis: int = 1) -> Variable:
    return apply(Softmax(axis), as_reals(x))


@documented(LogSoftmax)
def log_softmax(x: Any, axis: int = 1) -> Variable:
    return apply(LogSoftmax(axis), as_reals(x))
