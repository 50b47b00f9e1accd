"""`dezero.functions_conv`: convolutions, poolings and what they are made of, for images."""

from __future__ import annotations

from typing import Any

import rung.functions as F
from rung.config import no_grad
from rung.dezero import cuda
from rung.dezero.core import Function, Op, as_variable
from rung.dezero.utils import get_conv_outsize, get_deconv_outsize, pair

__all__ = [
    "AveragePooling", "Col2im", "Conv2DGradW", "Conv2d", "Deconv2d", "Function", "Im2col", "Pooling", "Pooling2DGrad",
    "Pooling2DWithIndexes", "as_variable", "average_pooling", "broadcast_to", "col2im", "col2im_array", "conv2d",
    "conv2d_simple", "cuda", "deconv2d", "get_conv_outsize", "get_deconv_outsize", "im2col", "im2col_array",
    "linear", "pair", "pooling",
    "pooling_simple",
]  # fmt: skip


def _bias(b: Any) -> Any:
    return None if b is None or getattr(b, "data", b) is None else b


class Conv2d(Op):
    """A convolution of images."""

    def __init__(self, stride: Any = 1, pad: Any = 0):
        self.stride = pair(stride)
        self.pad = pair(pad)

    def run(self, x: Any, W: Any, b: Any = None) -> Any:
        return F.conv2d(x, W, _bias(b), self.stride, self.pad)


class Deconv2d(Op):
    """The adjoint of a convolution, which makes larger images of smaller ones."""

    def __init__(self, stride: Any = 1, pad: Any = 0, outsize: Any = None):
        self.stride = pair(stride)
        self.pad = pair(pad)
        self.outsize = outsize

    def run(self, x: Any, W: Any, b: Any = None) -> Any:
        return F.deconv2d(x, W, _bias(b), self.stride, self.pad, self.outsize)


class Conv2DGradW(Op):
    """The gradient of a convolution by its weights, as a function of its input and the gradient of its output."""

    def __init__(self, conv2d: Any):
        W = conv2d.inputs[1]
        self.kernel_size = W.shape[2:]
        self.stride = conv2d.stride
        self.pad = conv2d.pad

    def run(self, x: Any, gy: Any) -> Any:
        columns = F.im2col(x, self.kernel_size, self.stride, self.pad, to_matrix=False)  # (N, C, KH, KW, OH, OW)
        return F.tensordot(gy, columns, ((0, 2, 3), (0, 4, 5)))


class Pooling(Op):
    """The largest of each window; padding never is."""

    def __init__(self, kernel_size: Any, stride: Any = 1, pad: Any = 0):
        self.kernel_size = kernel_size
        self.stride = stride
        self.pad = pad

    def run(self, x: Any) -> Any:
        return F.pooling(x, self.kernel_size, self.stride, self.pad)


class Pooling2DGrad(Op):
    """The gradient of a pooling, as a function of the gradient of its output."""

    def __init__(self, mpool2d: Any):
        self.mpool2d = mpool2d

    def run(self, gy: Any) -> Any:
        from rung.transform import grad

        pooling = self.mpool2d
        (x,) = pooling.inputs
        return grad(pooling.run(x), x, gy, create_graph=True)


class Pooling2DWithIndexes(Op):
    """Of other images, the elements at the places where a pooling found its largest."""

    def __init__(self, mpool2d: Any):
        self.kernel_size = mpool2d.kernel_size
        self.stride = mpool2d.stride
        self.pad = mpool2d.pad
        self.mpool2d = mpool2d

    def run(self, x: Any) -> Any:
        (seen,) = self.mpool2d.inputs
        with no_grad():
            window = (pair(self.kernel_size), pair(self.stride), pair(self.pad))
            _, places = F.max_pool2d(seen, *window, return_indices=True)
        flat = F.reshape(x, (*x.shape[:2], -1))
        rows = F.take_along_axis(flat, places._data.reshape((*x.shape[:2], -1)), axis=-1)
        return F.reshape(rows, places.shape)


class AveragePooling(Op):
    """The mean of each window, padding included."""

    def __init__(self, kernel_size: Any, stride: Any = 1, pad: Any = 0):
        self.kernel_size = kernel_size
        self.stride = stride
        self.pad = pad

    def run(self, x: Any) -> Any:
        return F.average_pooling(x, pair(self.kernel_size), pair(self.stride), pair(self.pad))


class Im2col(Op):
    """Windows laid out as columns."""

    def __init__(self, kernel_size: Any, stride: Any, pad: Any, to_matrix: bool):
        self.kernel_size = kernel_size
        self.stride = stride
        self.pad = pad
        self.to_matrix = to_matrix

    def run(self, x: Any) -> Any:
        return F.im2col(x, pair(self.kernel_size), pair(self.stride), pair(self.pad), self.to_matrix)


class Col2im(Op):
    """Columns put back as windows; where they overlap, they add up."""

    def __init__(self, input_shape: Any, kernel_size: Any, stride: Any, pad: Any, to_matrix: bool):
        self.input_shape = input_shape
        self.kernel_size = kernel_size
        self.stride = stride
        self.pad = pad
        self.to_matrix = to_matrix

    def run(self, x: Any) -> Any:
        window = (pair(self.kernel_size), pair(self.stride), pair(self.pad))
        return F.col2im(x, self.input_shape, *window, self.to_matrix)


def conv2d(x: Any, W: Any, b: Any = None, stride: Any = 1, pad: Any = 0) -> Any:
    return Conv2d(stride, pad)(x, W, b)


def deconv2d(x: Any, W: Any, b: Any = None, stride: Any = 1, pad: Any = 0, outsize: Any = None) -> Any:
    return Deconv2d(stride, pad, outsize)(x, W, b)


def pooling(x: Any, kernel_size: Any, stride: Any = 1, pad: Any = 0) -> Any:
    return Pooling(kernel_size, stride, pad)(x)


def average_pooling(x: Any, kernel_size: Any, stride: Any = 1, pad: Any = 0) -> Any:
    return AveragePooling(kernel_size, stride, pad)(x)


def im2col(x: Any, kernel_size: Any, stride: Any = 1, pad: Any = 0, to_matrix: bool = True) -> Any:
    return Im2col(kernel_size, stride, pad, to_matrix)(x)


def col2im(x: Any, input_shape: Any, kernel_size: Any, stride: Any = 1, pad: Any = 0, to_matrix: bool = True) -> Any:
    return Col2im(input_shape, kernel_size, stride, pad, to_matrix)(x)


def conv2d_simple(x: Any, W: Any, b: Any = None, stride: Any = 1, pad: Any = 0) -> Any:
    """A convolution out of `im2col` and one product."""
    x, W = as_variable(x), as_variable(W)
    (n, _, *sizes), (out, _, *kernel) = x.shape, W.shape
    counts = map(get_conv_outsize, sizes, kernel, pair(stride), pair(pad))
    y = linear(im2col(x, tuple(kernel), stride, pad), W.reshape(out, -1).transpose(), b)
    return y.reshape(n, *counts, out).transpose(0, 3, 1, 2)


def pooling_simple(x: Any, kernel_size: Any, stride: Any = 1, pad: Any = 0) -> Any:
    """A max pooling out of `im2col`; here, as in the book, padding counts as zeros."""
    x = as_variable(x)
    n, channels, *sizes = x.shape
    kernel = pair(kernel_size)
    counts = map(get_conv_outsize, sizes, kernel, pair(stride), pair(pad))
    y = im2col(x, kernel, stride, pad).reshape(-1, kernel[0] * kernel[1]).max(axis=1)
    return y.reshape(n, *counts, channels).transpose(0, 3, 1, 2)


def im2col_array(img: Any, kernel_size: Any, stride: Any, pad: Any, to_matrix: bool = True) -> Any:
    """`im2col` of an array."""
    return F.im2col(img, pair(kernel_size), pair(stride), pair(pad), to_matrix)._data


def col2im_array(col: Any, img_shape: Any, kernel_size: Any, stride: Any, pad: Any, to_matrix: bool = True) -> Any:
    """`col2im` of an array."""
    return F.col2im(col, img_shape, pair(kernel_size), pair(stride), pair(pad), to_matrix)._data


from rung.dezero.functions import broadcast_to, linear  # noqa: E402  # which is made of what stands here, too
