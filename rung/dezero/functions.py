"""`dezero.functions`: each a class, as in the book, and a function that calls it; computed by Rung's."""

from __future__ import annotations

from typing import Any

import numpy as np

import rung.functions as F
from rung.dezero import cuda, utils
from rung.dezero.core import (
    Config,
    Function,
    Op,
    Variable,
    add,
    as_array,
    as_variable,
    div,
    mul,
    neg,
    pow,
    rsub,
    sub,
)  # fmt: skipfrom rung.functions.indexing import PutItem
from rung.functions.indexing import PutItem

__all__ = [
    "BatchNorm", "BroadcastTo", "Clip", "Cos", "Exp", "Function", "GetItem", "GetItemGrad", "LeakyReLU", "Linear",
    "Log", "LogSoftmax", "MatMul", "Max", "MeanSquaredError", "Min", "ReLU", "Reshape", "Sigmoid", "Sin", "Softmax",
    "SoftmaxCrossEntropy", "Sum", "SumTo", "Tanh", "Transpose", "Variable", "accuracy", "add", "as_array",
    "as_variable", "average", "average_pooling", "batch_nrom", "binary_cross_entropy", "broadcast_to", "clip",
    "col2im", "conv2d", "conv2d_simple", "cos", "cuda", "deconv2d", "div", "dropout", "embed_id", "exp",
    "expand_dims", "flatten", "get_item", "im2col", "leaky_relu", "linear", "linear_simple", "log",
    "log_softmax", "matmul", "max", "mean", "mean_squared_error", "mean_squared_error_simple", "min", "mul", "neg",
    "pooling", "pooling_simple",
    "pow", "relu", "reshape", "rsub", "sigmoid", "sigmoid_cross_entropy", "sigmoid_simple", "sin", "softmax",
    "softmax_cross_entropy", "softmax_cross_entropy_simple", "softmax_simple", "sub", "sum", "sum_to", "tanh",
    "transpose", "utils",
]  # fmt: skip


# Basic functions --------------------------------------------------------------------------------------------------


class Sin(Op):
    """y = sin(x)"""

    run = staticmethod(F.sin)


class Cos(Op):
    """y = cos(x)"""

    run = staticmethod(F.cos)


class Tanh(Op):
    """y = tanh(x)"""

    run = staticmethod(F.tanh)


class Exp(Op):
    """y = exp(x)"""

    run = staticmethod(F.exp)


class Log(Op):
    """y = log(x)"""

    run = staticmethod(F.log)


def sin(x: Any) -> Any:
    return Sin()(x)


def cos(x: Any) -> Any:
    return Cos()(x)


def tanh(x: Any) -> Any:
    return Tanh()(x)


def exp(x: Any) -> Any:
    return Exp()(x)


def log(x: Any) -> Any:
    return Log()(x)


# Shapes -----------------------------------------------------------------------------------------------------------


class Reshape(Op):
    """The same elements in another shape."""

    def __init__(self, shape: Any):
        self.shape = shape

    def run(self, x: Any) -> Any:
        return F.reshape(x, self.shape)


class Transpose(Op):
    """The axes in another order."""

    def __init__(self, axes: Any = None):
        self.axes = axes

    def run(self, x: Any) -> Any:
        return F.transpose(x, self.axes)


class GetItem(Op):
    """A part, by an index."""

    def __init__(self, slices: Any):
        self.slices = slices

    def run(self, x: Any) -> Any:
        return F.get_item(x, self.slices)


class GetItemGrad(Op):
    """A part put back into zeros of a shape: what lands on one place twice adds up."""

    def __init__(self, slices: Any, in_shape: Any):
        self.slices = slices
        self.in_shape = in_shape

    def run(self, gy: Any) -> Any:
        return PutItem(self.slices, self.in_shape)(gy)


def reshape(x: Any, shape: Any) -> Any:
    return as_variable(x) if x.shape == shape else Reshape(shape)(x)


def expand_dims(x: Any, axis: int) -> Any:
    return Reshape(F.expand_dims(np.empty(x.shape), axis).shape)(x)


def flatten(x: Any) -> Any:
    """All axes but the first made one."""
    return reshape(x, (x.shape[0], -1))


def transpose(x: Any, axes: Any = None) -> Any:
    return Transpose(axes)(x)


def get_item(x: Any, slices: Any) -> Any:
    return GetItem(slices)(x)


# Sums -------------------------------------------------------------------------------------------------------------


class Sum(Op):
    """The sum over axes."""

    def __init__(self, axis: Any, keepdims: bool):
        self.axis = axis
        self.keepdims = keepdims

    def run(self, x: Any) -> Any:
        return F.sum(x, self.axis, self.keepdims)


class SumTo(Op):
    """The sum over those axes that broadcasting would have stretched."""

    def __init__(self, shape: Any):
        self.shape = shape

    def run(self, x: Any) -> Any:
        return F.sum_to(x, self.shape)


class BroadcastTo(Op):
    """The same values, stretched to a shape."""

    def __init__(self, shape: Any):
        self.shape = shape

    def run(self, x: Any) -> Any:
        return F.broadcast_to(x, self.shape)


class Max(Op):
    """The largest along axes; equal ones share the gradient."""

    def __init__(self, axis: Any = None, keepdims: bool = False):
        self.axis = axis
        self.keepdims = keepdims

    def run(self, x: Any) -> Any:
        return F.max(x, self.axis, self.keepdims)


class Min(Max):
    """The smallest along axes; equal ones share the gradient."""

    def run(self, x: Any) -> Any:
        return F.min(x, self.axis, self.keepdims)


class Clip(Op):
    """Nothing below x_min, and nothing above x_max."""

    def __init__(self, x_min: Any, x_max: Any):
        self.x_min = x_min
        self.x_max = x_max

    def run(self, x: Any) -> Any:
        return F.clip(x, self.x_min, self.x_max)


def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return Sum(axis, keepdims)(x)


def sum_to(x: Any, shape: Any) -> Any:
    return as_variable(x) if x.shape == shape else SumTo(shape)(x)


def broadcast_to(x: Any, shape: Any) -> Any:
    return as_variable(x) if x.shape == shape else BroadcastTo(shape)(x)


def average(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean over axes."""
    x = as_variable(x)
    y = sum(x, axis, keepdims)
    return y * (y.data.size / x.data.size)


mean = average


def max(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return Max(axis, keepdims)(x)


def min(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return Min(axis, keepdims)(x)


def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    return Clip(x_min, x_max)(x)


# Products ---------------------------------------------------------------------------------------------------------


class MatMul(Op):
    """The product of matrices; of more axes, by the last two."""

    run = staticmethod(F.matmul)


class Linear(Op):
    """y = x @ W + b"""

    def run(self, x: Any, W: Any, b: Any = None) -> Any:
        return F.linear(x, W, None if b is None or getattr(b, "data", b) is None else b)


def matmul(x: Any, W: Any) -> Any:
    return MatMul()(x, W)


def linear(x: Any, W: Any, b: Any = None) -> Any:
    return Linear()(x, W, b)


def linear_simple(x: Any, W: Any, b: Any = None) -> Any:
    t = matmul(as_variable(x), as_variable(W))
    return t if b is None else t + b


# Activations ------------------------------------------------------------------------------------------------------


class Sigmoid(Op):
    """y = 1 / (1 + exp(-x))"""

    run = staticmethod(F.sigmoid)


class ReLU(Op):
    """y = max(x, 0)"""

    run = staticmethod(F.relu)


class Softmax(Op):
    """Shares that add up to 1 along an axis."""

    def __init__(self, axis: int = 1):
        self.axis = axis

    def run(self, x: Any) -> Any:
        return F.softmax(x, self.axis)


class LogSoftmax(Op):
    """The logarithms of those shares."""

    def __init__(self, axis: int = 1):
        self.axis = axis

    def run(self, x: Any) -> Any:
        return F.log_softmax(x, self.axis)


class LeakyReLU(Op):
    """y = x where it is positive, slope x elsewhere"""

    def __init__(self, slope: float):
        self.slope = slope

    def run(self, x: Any) -> Any:
        return F.leaky_relu(x, self.slope)


def sigmoid_simple(x: Any) -> Any:
    return 1 / (1 + exp(-as_variable(x)))


def sigmoid(x: Any) -> Any:
    return Sigmoid()(x)


def relu(x: Any) -> Any:
    return ReLU()(x)


def softmax_simple(x: Any, axis: int = 1) -> Any:
    y = exp(as_variable(x))
    return y / sum(y, axis=axis, keepdims=True)


def softmax(x: Any, axis: int = 1) -> Any:
    return Softmax(axis)(x)


def log_softmax(x: Any, axis: int = 1) -> Any:
    return LogSoftmax(axis)(x)


def leaky_relu(x: Any, slope: float = 0.2) -> Any:
    return LeakyReLU(slope)(x)


# Losses -----------------------------------------------------------------------------------------------------------


class MeanSquaredError(Op):
    """The sum of squared differences, for each example of a batch."""

    run = staticmethod(F.mean_squared_error)


class SoftmaxCrossEntropy(Op):
    """The mean over examples of -log softmax(x)[t]; labels may be of shape (N,) or (N, 1)."""

    def run(self, x: Any, t: Any) -> Any:
        return F.softmax_cross_entropy(x, getattr(t, "_data", t).ravel())


class _OfProbabilities(Op):
    run = staticmethod(lambda p, t: F.binary_cross_entropy(p, t, reduction="batch"))


class _OfScores(Op):
    run = staticmethod(F.sigmoid_cross_entropy)


def mean_squared_error_simple(x0: Any, x1: Any) -> Any:
    diff = as_variable(x0) - as_variable(x1)
    return sum(diff**2) / len(diff)


def mean_squared_error(x0: Any, x1: Any) -> Any:
    return MeanSquaredError()(x0, x1)


def softmax_cross_entropy_simple(x: Any, t: Any) -> Any:
    x, t = as_variable(x), as_variable(t)
    log_p = log(clip(softmax(x), 1e-15, 1.0))
    return -1 * sum(log_p[np.arange(x.shape[0]), t.data]) / x.shape[0]


def softmax_cross_entropy(x: Any, t: Any) -> Any:
    return SoftmaxCrossEntropy()(x, t)


def sigmoid_cross_entropy(x: Any, t: Any) -> Any:
    return _OfScores()(x, t.reshape(x.shape) if x.ndim != t.ndim else t)


def binary_cross_entropy(p: Any, t: Any) -> Any:
    return _OfProbabilities()(p, t.reshape(p.shape) if p.ndim != t.ndim else t)


def accuracy(y: Any, t: Any) -> Any:
    """The share of rows whose largest entry is at the label; it has no derivative."""
    y, t = as_variable(y), as_variable(t)
    predicted = y.data.argmax(axis=1).reshape(t.shape)
    return Variable(as_array((predicted == t.data).mean()))


# What differs between training and use ----------------------------------------------------------------------------


class BatchNorm(Op):
    """Standardise each channel, then scale and shift it; running statistics are written to `mean` and `var`."""

    def __init__(self, mean: Any, var: Any, decay: float, eps: float):
        self.avg_mean = mean
        self.avg_var = var
        self.decay = decay
        self.eps = eps

    def run(self, x: Any, gamma: Any, beta: Any) -> Any:
        return F.batch_norm(x, gamma, beta, self.avg_mean, self.avg_var, self.decay, self.eps)


def batch_nrom(x: Any, gamma: Any, beta: Any, mean: Any, var: Any, decay: float = 0.9, eps: float = 2e-5) -> Any:
    return BatchNorm(mean, var, decay, eps)(x, gamma, beta)


def embed_id(x: Any, W: Any) -> Any:
    return W[x]


def dropout(x: Any, dropout_ratio: float = 0.5) -> Any:
    """Zero elements at random in training; the mask is drawn from `np.random`, as programs of the book expect it."""
    x = as_variable(x)
    if not Config.train:
        return x
    xp = cuda.get_array_module(x.data)
    mask = xp.random.rand(*x.shape) > dropout_ratio
    return x * mask / (1.0 - dropout_ratio)


from rung.dezero.functions_conv import (  # noqa: E402  # it is made of what stands above
    average_pooling,
    col2im,
    conv2d,
    conv2d_simple,
    deconv2d,
    im2col,
    pooling,
    pooling_simple,
)  # fmt: skip
