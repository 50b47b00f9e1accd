"""`dezero.functions_conv`: the book's functions of images, each by the function of Rung's that computes it."""

from __future__ import annotations

from typing import Any

import rung.functions as F
from rung.dezero.core import Function, Op, as_variable
from rung.dezero.functions import broadcast_to, linear  # which imports this file when these are there
from rung.dezero.utils import get_conv_outsize, get_deconv_outsize, pair

__all__ = [
    "AveragePooling", "Col2im", "Conv2DGradW", "Conv2d", "Deconv2d", "Function", "Im2col", "Pooling",
    "Pooling2DGrad", "Pooling2DWithIndexes", "as_variable", "average_pooling", "broadcast_to", "col2im",
    "col2im_array", "conv2d", "conv2d_simple", "deconv2d", "get_conv_outsize", "get_deconv_outsize", "im2col",
    "im2col_array", "linear", "pair", "pooling", "pooling_simple",
]  # fmt: skip


# Convolution


class Conv2d(Op):
    """A window of weights over images. Shape: x (N, C, H, W), W (OC, C, KH, KW), b (OC,) -> (N, OC, OH, OW)"""

    def __init__(self, stride: Any = 1, pad: Any = 0):
        self.stride, self.pad = pair(stride), pair(pad)

    def run(self, x: Any, W: Any, b: Any = None) -> Any:
        return F.conv2d(x, W, b, self.stride, self.pad)


def conv2d(x: Any, W: Any, b: Any = None, stride: Any = 1, pad: Any = 0) -> Any:
    """A window of weights over images."""
    return Conv2d(stride, pad)(x, W, b)


class Deconv2d(Op):
    """The adjoint of a convolution. Shape: x (N, C, H, W), W (C, OC, KH, KW), b (OC,) -> (N, OC, *outsize)"""

    def __init__(self, stride: Any = 1, pad: Any = 0, outsize: Any = None):
        self.stride, self.pad, self.outsize = pair(stride), pair(pad), outsize

    def run(self, x: Any, W: Any, b: Any = None) -> Any:
        return F.deconv2d(x, W, b, self.stride, self.pad, self.outsize)


def deconv2d(x: Any, W: Any, b: Any = None, stride: Any = 1, pad: Any = 0, outsize: Any = None) -> Any:
    """The adjoint of a convolution."""
    return Deconv2d(stride, pad, outsize)(x, W, b)


class Conv2DGradW(Op):
    """The gradient of the weights of a convolution that was called: of its x and of the gradient of its output."""

    def __init__(self, conv2d: Any):
        self.kernel_size = tuple(conv2d.inputs[1].shape[2:])
        self.stride, self.pad = conv2d.stride, conv2d.pad

    def run(self, x: Any, gy: Any) -> Any:
        windows = F.im2col(x, self.kernel_size, self.stride, self.pad, to_matrix=False)
        windows = windows[..., : gy.shape[2], : gy.shape[3]]
        return F.einsum("noyx,ncijyx->ocij", gy, windows)


def conv2d_simple(x: Any, W: Any, b: Any = None, stride: Any = 1, pad: Any = 0) -> Any:
    """A convolution of im2col and one product of matrices, for comparison."""
    x, W = as_variable(x), as_variable(W)
    columns = im2col(x, W.shape[2:], stride, pad)
    y = linear(columns, W.reshape(W.shape[0], -1).transpose(), b)
    return y.reshape(x.shape[0], *_out_sizes(x, W.shape[2:], stride, pad), W.shape[0]).transpose(0, 3, 1, 2)


def _out_sizes(x: Any, kernel_size: Any, stride: Any, pad: Any) -> list[int]:
    sizes = zip(x.shape[2:], pair(kernel_size), pair(stride), pair(pad), strict=True)
    return [get_conv_outsize(*each) for each in sizes]


# Pooling


class Pooling(Op):
    """The greatest element in every window; the padding takes no part."""

    def __init__(self, kernel_size: Any, stride: Any = 1, pad: Any = 0):
        self.kernel_size, self.stride, self.pad = kernel_size, stride, pad

    def run(self, x: Any) -> Any:
        return F.pooling(x, self.kernel_size, self.stride, self.pad)


def pooling(x: Any, kernel_size: Any, stride: Any = 1, pad: Any = 0) -> Any:
    """The greatest element in every window; the padding takes no part."""
    return Pooling(kernel_size, stride, pad)(x)


class Pooling2DGrad(Op):
    """The gradient of the input of a pooling that was called, of the gradient of its output."""

    def __init__(self, mpool2d: Any):
        self.mpool2d = mpool2d

    def run(self, gy: Any) -> Any:
        return self.mpool2d.backward(gy)


class Pooling2DWithIndexes(Op):
    """Of each window, the element that was the greatest when a pooling was called."""

    def __init__(self, mpool2d: Any):
        self.mpool2d = mpool2d

    def run(self, x: Any) -> Any:
        pool = self.mpool2d
        windows = _windows(pool.inputs[0].data, pool, -float("inf"))
        chosen = F.argmax(windows, axis=2)
        picked = F.take_along_axis(_windows(x, pool, 0.0), F.expand_dims(chosen, 2), axis=2)
        return F.squeeze(picked, 2)


def _windows(x: Any, pool: Any, fill: float) -> Any:
    """The windows of a pooling, the elements of each along axis 2."""
    (ph, pw), outside = pair(pool.pad), [(0, 0), (0, 0)]
    padded = F.pad(x, [*outside, (ph, ph), (pw, pw)], value=fill) if ph or pw else x
    columns = F.im2col(padded, pool.kernel_size, pool.stride, 0, to_matrix=False)
    n, c, kh, kw, oh, ow = columns.shape
    return F.reshape(columns, (n, c, kh * kw, oh, ow))


def pooling_simple(x: Any, kernel_size: Any, stride: Any = 1, pad: Any = 0) -> Any:
    """Max pooling of im2col and a maximum, for comparison; here the padding is zeros that take part."""
    x = as_variable(x)
    kh, kw = pair(kernel_size)
    columns = im2col(x, kernel_size, stride, pad).reshape(-1, kh * kw)
    out = _out_sizes(x, kernel_size, stride, pad)
    return columns.max(axis=1).reshape(x.shape[0], *out, x.shape[1]).transpose(0, 3, 1, 2)


class AveragePooling(Op):
    """The mean of every window, the padding counted as zeros."""

    def __init__(self, kernel_size: Any, stride: Any = 1, pad: Any = 0):
        self.kernel_size, self.stride, self.pad = kernel_size, stride, pad

    def run(self, x: Any) -> Any:
        return F.average_pooling(x, self.kernel_size, self.stride, self.pad)


def average_pooling(x: Any, kernel_size: Any, stride: Any = 1, pad: Any = 0) -> Any:
    """The mean of every window, the padding counted as zeros."""
    return AveragePooling(kernel_size, stride, pad)(x)


# Windows as columns


class Im2col(Op):
    """The windows of images, (N, C, H, W), as rows (N OH OW, C KH KW), or as (N, C, KH, KW, OH, OW)."""

    def __init__(self, kernel_size: Any, stride: Any, pad: Any, to_matrix: bool):
        self.kernel_size, self.stride, self.pad, self.to_matrix = kernel_size, stride, pad, to_matrix

    def run(self, x: Any) -> Any:
        return F.im2col(x, self.kernel_size, self.stride, self.pad, self.to_matrix)


def im2col(x: Any, kernel_size: Any, stride: Any = 1, pad: Any = 0, to_matrix: bool = True) -> Any:
    """The windows of images as rows, or with axes of their own."""
    return Im2col(kernel_size, stride, pad, to_matrix)(x)


class Col2im(Op):
    """Windows laid over one another, each where it belongs: the adjoint of `Im2col`."""

    def __init__(self, input_shape: Any, kernel_size: Any, stride: Any, pad: Any, to_matrix: bool):
        self.input_shape, self.kernel_size, self.stride, self.pad = input_shape, kernel_size, stride, pad
        self.to_matrix = to_matrix

    def run(self, x: Any) -> Any:
        return F.col2im(x, self.input_shape, self.kernel_size, self.stride, self.pad, self.to_matrix)


def col2im(x: Any, input_shape: Any, kernel_size: Any, stride: Any = 1, pad: Any = 0, to_matrix: bool = True) -> Any:
    """Windows laid over one another, each where it belongs."""
    return Col2im(input_shape, kernel_size, stride, pad, to_matrix)(x)


def im2col_array(img: Any, kernel_size: Any, stride: Any, pad: Any, to_matrix: bool = True) -> Any:
    """The same as `im2col`, of an array, as an array."""
    return F.im2col(img, kernel_size, stride, pad, to_matrix)._data


def col2im_array(col: Any, img_shape: Any, kernel_size: Any, stride: Any, pad: Any, to_matrix: bool = True) -> Any:
    """The same as `col2im`, of an array, as an array."""
    return F.col2im(col, img_shape, kernel_size, stride, pad, to_matrix)._data
