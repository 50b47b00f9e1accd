"""`dezero.functions`: the book's functions and their classes, each by the function of Rung's that computes it.

Names, defaults and what a function does with shapes are the book's: a softmax is over axis 1, flatten keeps the
batch, a loss divides by the size of the first axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import rung.functions as F
from rung.config import Config
from rung.core.call import apply
from rung.cuda import get_array_module
from rung.dezero.core import (
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
    setup_variable,
    sub,
)
from rung.errors import ShapeError, message
from rung.functions.indexing import PutItem

__all__ = [
    "BatchNorm", "BroadcastTo", "Clip", "Cos", "Exp", "Function", "GetItem", "GetItemGrad", "LeakyReLU", "Linear",
    "Log", "LogSoftmax", "MatMul", "Max", "MeanSquaredError", "Min", "ReLU", "Reshape", "Sigmoid", "Sin",
    "Softmax", "SoftmaxCrossEntropy", "Sum", "SumTo", "Tanh", "Transpose", "Variable", "accuracy", "add",
    "as_array", "as_variable", "average", "average_pooling", "batch_norm", "batch_nrom", "binary_cross_entropy",
    "broadcast_to", "clip", "col2im", "conv2d", "conv2d_simple", "cos", "deconv2d", "div", "dropout", "embed_id",
    "exp", "expand_dims", "flatten", "get_item", "im2col", "leaky_relu", "linear", "linear_simple", "log",
    "log_softmax", "matmul", "max", "mean", "mean_squared_error", "mean_squared_error_simple", "min", "mul",
    "neg", "pooling", "pooling_simple", "pow", "relu", "reshape", "rsub", "sigmoid", "sigmoid_cross_entropy",
    "sigmoid_simple", "sin", "softmax", "softmax_cross_entropy", "softmax_cross_entropy_simple", "softmax_simple",
    "sub", "sum", "sum_to", "tanh", "transpose",
]  # fmt: skip


# Elements


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
    """sin(x)"""
    return Sin()(x)


def cos(x: Any) -> Any:
    """cos(x)"""
    return Cos()(x)


def tanh(x: Any) -> Any:
    """tanh(x)"""
    return Tanh()(x)


def exp(x: Any) -> Any:
    """exp(x)"""
    return Exp()(x)


def log(x: Any) -> Any:
    """log(x)"""
    return Log()(x)


class Clip(Op):
    """The nearest number from x_min to x_max."""

    def __init__(self, x_min: Any, x_max: Any):
        self.x_min, self.x_max = x_min, x_max

    def run(self, x: Any) -> Any:
        return F.clip(x, self.x_min, self.x_max)


def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """The nearest number from x_min to x_max."""
    return Clip(x_min, x_max)(x)


# Shapes


class Reshape(Op):
    """The same elements in another shape."""

    def __init__(self, shape: Any):
        self.shape = shape

    def run(self, x: Any) -> Any:
        return F.reshape(x, self.shape)


def reshape(x: Any, shape: Any) -> Any:
    """The same elements in another shape; x itself if it has that shape."""
    return as_variable(x) if x.shape == shape else Reshape(shape)(x)


def expand_dims(x: Any, axis: int) -> Any:
    """A new axis of size 1, counted from the end if it is negative."""
    x = as_variable(x)
    place = axis if axis >= 0 else axis + x.ndim + 1
    if not 0 <= place <= x.ndim:
        raise ShapeError(
            message("expand_dims", f"expected axis to be from {-x.ndim - 1} to {x.ndim}", x=x, axis=axis)
        )
    return reshape(x, (*x.shape[:place], 1, *x.shape[place:]))


def flatten(x: Any) -> Any:
    """All axes but the first made one."""
    return reshape(x, (x.shape[0], -1))


class Sum(Op):
    """The sum over some axes, or over all."""

    def __init__(self, axis: Any, keepdims: bool):
        self.axis, self.keepdims = axis, keepdims

    def run(self, x: Any) -> Any:
        return F.sum(x, self.axis, self.keepdims)


def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum over some axes, or over all."""
    return Sum(axis, keepdims)(x)


def average(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean over some axes, or over all: of the book's repository, though not of the published package."""
    x = as_variable(x)
    y = sum(x, axis, keepdims)
    return y * (y.size / x.size)


mean = average


class SumTo(Op):
    """The sum over the axes that a broadcast from `shape` would have stretched."""

    def __init__(self, shape: Any):
        self.shape = shape

    def run(self, x: Any) -> Any:
        return F.sum_to(x, self.shape)


def sum_to(x: Any, shape: Any) -> Any:
    """The sum over the axes that a broadcast from `shape` would have stretched; x itself if there are none."""
    return as_variable(x) if x.shape == shape else SumTo(shape)(x)


class BroadcastTo(Op):
    """The elements repeated to another shape."""

    def __init__(self, shape: Any):
        self.shape = shape

    def run(self, x: Any) -> Any:
        return F.broadcast_to(x, self.shape)


def broadcast_to(x: Any, shape: Any) -> Any:
    """The elements repeated to another shape; x itself if it has that shape."""
    return as_variable(x) if x.shape == shape else BroadcastTo(shape)(x)


class Transpose(Op):
    """The axes in another order; in reverse order if none is given."""

    def __init__(self, axes: Any = None):
        self.axes = axes

    def run(self, x: Any) -> Any:
        return F.transpose(x, self.axes)


def transpose(x: Any, axes: Any = None) -> Any:
    """The axes in another order; in reverse order if none is given."""
    return Transpose(axes)(x)


class GetItem(Op):
    """y = x[slices]"""

    def __init__(self, slices: Any):
        self.slices = slices

    def run(self, x: Any) -> Any:
        return F.get_item(x, self.slices)


class GetItemGrad(Op):
    """The gradient of x[slices], for an x of shape `in_shape`: zeros with gy added at the slices."""

    def __init__(self, slices: Any, in_shape: Any):
        self.slices, self.in_shape = slices, in_shape

    def run(self, gy: Any) -> Any:
        return apply(PutItem(self.slices, self.in_shape), gy)


def get_item(x: Any, slices: Any) -> Any:
    """x[slices]"""
    return GetItem(slices)(x)


# Products


class MatMul(Op):
    """Y = X @ W, over the last two axes; the leading ones broadcast."""

    run = staticmethod(F.matmul)


def matmul(x: Any, W: Any) -> Any:
    """X @ W, over the last two axes; the leading ones broadcast."""
    return MatMul()(x, W)


class Linear(Op):
    """Y = X @ W + b"""

    run = staticmethod(F.linear)


def linear(x: Any, W: Any, b: Any = None) -> Any:
    """X @ W + b"""
    return Linear()(x, W, b)


def linear_simple(x: Any, W: Any, b: Any = None) -> Any:
    """X @ W + b of two functions, for comparison."""
    t = matmul(x, W)
    return t if b is None else t + b


# Activations


class Sigmoid(Op):
    """y = 1 / (1 + exp(-x))"""

    run = staticmethod(F.sigmoid)


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))"""
    return Sigmoid()(x)


def sigmoid_simple(x: Any) -> Any:
    """1 / (1 + exp(-x)) of four functions, for comparison."""
    return 1 / (1 + exp(-as_variable(x)))


class ReLU(Op):
    """y = max(x, 0)"""

    run = staticmethod(F.relu)


def relu(x: Any) -> Any:
    """max(x, 0)"""
    return ReLU()(x)


class LeakyReLU(Op):
    """y = x if x > 0, else slope * x"""

    def __init__(self, slope: float):
        self.slope = slope

    def run(self, x: Any) -> Any:
        return F.leaky_relu(x, self.slope)


def leaky_relu(x: Any, slope: float = 0.2) -> Any:
    """x where it is above 0, slope * x elsewhere."""
    return LeakyReLU(slope)(x)


class Softmax(Op):
    """y = exp(x) / sum of exp(x)"""

    def __init__(self, axis: int = 1):
        self.axis = axis

    def run(self, x: Any) -> Any:
        return F.softmax(x, self.axis)


def softmax(x: Any, axis: int = 1) -> Any:
    """exp(x) / sum of exp(x), over an axis."""
    return Softmax(axis)(x)


def softmax_simple(x: Any, axis: int = 1) -> Any:
    """exp(x) / sum of exp(x) of three functions, for comparison: infinite where exp(x) is."""
    y = exp(as_variable(x))
    return y / sum(y, axis=axis, keepdims=True)


class LogSoftmax(Op):
    """y = x - log of sum of exp(x)"""

    def __init__(self, axis: int = 1):
        self.axis = axis

    def run(self, x: Any) -> Any:
        return F.log_softmax(x, self.axis)


def log_softmax(x: Any, axis: int = 1) -> Any:
    """x - log of sum of exp(x), over an axis."""
    return LogSoftmax(axis)(x)


# Losses


class MeanSquaredError(Op):
    """y = sum of (x0 - x1) ** 2, divided by the size of the first axis"""

    def run(self, x0: Any, x1: Any) -> Any:
        return F.mean_squared_error(x0, _in_shape_of(x0, x1))


def mean_squared_error(x0: Any, x1: Any) -> Any:
    """The sum of (x0 - x1) ** 2, divided by the size of the first axis.

    Of two shapes with as many elements, the second becomes the first: (5,) beside (5, 1) is no square.
    """
    return MeanSquaredError()(x0, x1)


def mean_squared_error_simple(x0: Any, x1: Any) -> Any:
    """The sum of (x0 - x1) ** 2, divided by the size of the first axis, of four functions, for comparison."""
    x0, x1 = as_variable(x0), as_variable(x1)
    diff = x0 - _in_shape_of(x0, x1)
    return sum(diff**2) / len(diff)


class SoftmaxCrossEntropy(Op):
    """y = mean of -log softmax(x)[t]"""

    def run(self, x: Any, t: Any) -> Any:
        return F.softmax_cross_entropy(x, _ravelled(t))


def softmax_cross_entropy(x: Any, t: Any) -> Any:
    """The mean of -log softmax(x)[t]; t of shape (n,) or (n, 1)."""
    return SoftmaxCrossEntropy()(x, t)


def softmax_cross_entropy_simple(x: Any, t: Any) -> Any:
    """The mean of -log softmax(x)[t] of many functions, for comparison."""
    x, t = as_variable(x), as_variable(t)
    log_p = log(clip(softmax(x), 1e-15, 1.0))
    return -1 * sum(log_p[np.arange(x.shape[0]), t.data]) / x.shape[0]


def sigmoid_cross_entropy(x: Any, t: Any) -> Any:
    """The sum of -t log p - (1 - t) log(1 - p), p = sigmoid(x), divided by the size of the first axis."""
    return _SigmoidCrossEntropy()(x, _in_shape_of(x, t))


class _SigmoidCrossEntropy(Op):
    run = staticmethod(F.sigmoid_cross_entropy)


def binary_cross_entropy(p: Any, t: Any) -> Any:
    """The sum of -t log p - (1 - t) log(1 - p), divided by the size of the first axis."""
    return _BinaryCrossEntropy()(p, _in_shape_of(p, t))


class _BinaryCrossEntropy(Op):
    def run(self, p: Any, t: Any) -> Any:
        return F.binary_cross_entropy(p, t, reduction="batch")


def accuracy(y: Any, t: Any) -> Any:
    """The share of rows whose highest score is at the label; it has no derivative."""
    y, t = as_variable(y), as_variable(t)
    predicted = y.data.argmax(axis=1).reshape(t.shape)
    return Variable(as_array((predicted == t.data).mean()))


def _in_shape_of(x: Any, t: Any) -> Any:
    """Targets in the shape of predictions, if they are as many."""
    same = not hasattr(t, "shape") or t.shape == x.shape or t.size != x.size
    return t if same else t.reshape(x.shape)


def _ravelled(t: Any) -> Any:
    return t if t.ndim == 1 else t.reshape(-1)


# Embedding, dropout, normalisation


def embed_id(x: Any, W: Any) -> Any:
    """The rows of W with the numbers x."""
    return W[x]


def dropout(x: Any, dropout_ratio: float = 0.5) -> Any:
    """In training, zero elements at random and scale the others up; pass everything through in test mode.

    The numbers are drawn from `np.random`, as in the book, so `np.random.seed` governs them.
    """
    x = as_variable(x)
    if not Config.train:
        return x
    xp = get_array_module(x)
    mask = xp.random.rand(*x.shape) > dropout_ratio
    return x * mask / xp.array(1.0 - dropout_ratio).astype(x.dtype)


class BatchNorm(Op):
    """Each channel brought to mean beta and deviation gamma; the running mean and variance are written to."""

    def __init__(self, mean: Any, var: Any, decay: float, eps: float):
        self.avg_mean, self.avg_var, self.decay, self.eps = mean, var, decay, eps

    def run(self, x: Any, gamma: Any, beta: Any) -> Any:
        if Config.train and x.size and x.size == x.shape[1]:
            return self._of_one(x, gamma, beta)
        return F.batch_norm(x, gamma, beta, self.avg_mean, self.avg_var, self.decay, self.eps)

    def _of_one(self, x: Any, gamma: Any, beta: Any) -> Any:
        """A batch of one number per channel is beta: the book's programs learn the sizes of their layers with one."""
        self.avg_mean *= self.decay
        self.avg_mean += (1 - self.decay) * as_variable(x)._data.reshape(-1)
        self.avg_var *= self.decay
        row = (1, -1, *[1] * (x.ndim - 2))
        return F.add(F.mul(F.sub(x, x), F.reshape(gamma, row)), F.reshape(beta, row))


def batch_norm(x: Any, gamma: Any, beta: Any, mean: Any, var: Any, decay: float = 0.9, eps: float = 2e-5) -> Any:
    """Each channel brought to mean beta and deviation gamma, by the batch's statistics or by the running ones."""
    return BatchNorm(mean, var, decay, eps)(x, gamma, beta)


batch_nrom = batch_norm  # the published package knows it by this name alone


# Extremes


class Max(Op):
    """The greatest over some axes, or over all; ties share the gradient."""

    def __init__(self, axis: Any = None, keepdims: bool = False):
        self.axis, self.keepdims = axis, keepdims

    def run(self, x: Any) -> Any:
        return F.max(x, self.axis, self.keepdims)


class Min(Max):
    """The smallest over some axes, or over all; ties share the gradient."""

    def run(self, x: Any) -> Any:
        return F.min(x, self.axis, self.keepdims)


def max(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The greatest over some axes, or over all; ties share the gradient."""
    return Max(axis, keepdims)(x)


def min(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The smallest over some axes, or over all; ties share the gradient."""
    return Min(axis, keepdims)(x)


# Images: these are in `functions_conv`, and known here too, as in the book.

from rung.dezero.functions_conv import (  # noqa: E402
    average_pooling,
    col2im,
    conv2d,
    conv2d_simple,
    deconv2d,
    im2col,
    pooling,
    pooling_simple,
)

setup_variable()
