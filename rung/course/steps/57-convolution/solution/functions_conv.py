# whole file
"""Functions of pictures. Their axes: examples, channels, rows, columns."""

import numpy as np

from . import cuda
from .core import Function, as_variable
from .functions import matmul, reshape
from .utils import get_conv_outsize, pair


def windows(shape, kernel_size, stride, pad):
    """Each place (j, i) in the window, and the slices of the padded picture that it sees."""
    (KH, KW), (SH, SW), (PH, PW) = pair(kernel_size), pair(stride), pair(pad)
    OH, OW = get_conv_outsize(shape[2], KH, SH, PH), get_conv_outsize(shape[3], KW, SW, PW)
    for j, i in np.ndindex(KH, KW):
        yield j, i, (..., slice(j, j + SH * OH, SH), slice(i, i + SW * OW, SW))


class Im2col(Function):
    """Every window of a picture: (N, C, H, W) to (N, C, KH, KW, OH, OW)"""

    def __init__(self, kernel_size, stride, pad, fill=0):
        self.geometry, self.fill = (kernel_size, stride, pad), fill

    def forward(self, x):
        kernel_size, _, pad = self.geometry
        (KH, KW), (PH, PW) = pair(kernel_size), pair(pad)
        padded = np.pad(x, ((0, 0), (0, 0), (PH, PH), (PW, PW)), constant_values=self.fill)
        seen = {(j, i): padded[place] for j, i, place in windows(x.shape, *self.geometry)}
        rows = [np.stack([seen[j, i] for i in range(KW)], axis=2) for j in range(KH)]
        return np.stack(rows, axis=2)

    def backward(self, gcol):
        return Col2im(self.inputs[0].shape, *self.geometry)(gcol)


class Col2im(Function):
    """Every window put back, and added up where windows overlap"""

    def __init__(self, shape, kernel_size, stride, pad):
        self.shape, self.geometry = shape, (kernel_size, stride, pad)

    def forward(self, col):
        N, C, H, W = self.shape
        PH, PW = pair(self.geometry[2])
        padded = cuda.get_array_module(col).zeros((N, C, H + 2 * PH, W + 2 * PW), col.dtype)
        for j, i, place in windows(self.shape, *self.geometry):
            padded[place] += col[:, :, j, i]
        return padded[:, :, PH : PH + H, PW : PW + W]

    def backward(self, gx):
        return Im2col(*self.geometry)(gx)


def im2col(x, kernel_size, stride=1, pad=0):
    return Im2col(kernel_size, stride, pad)(x)


def col2im(col, shape, kernel_size, stride=1, pad=0):
    return Col2im(shape, kernel_size, stride, pad)(col)


def conv2d(x, W, b=None, stride=1, pad=0):
    """Each filter of W (OC, C, KH, KW) laid on each window: a product of matrices."""
    x, W = as_variable(x), as_variable(W)
    if W.shape[1] != x.shape[1]:
        raise ValueError(f"conv2d: expected a picture of {W.shape[1]} channels, but got shape {x.shape}")
    col = im2col(x, W.shape[2:], stride, pad)
    N, OC, OH, OW = len(x), len(W), *col.shape[4:]
    y = matmul(W.reshape(OC, -1), col.reshape(N, -1, OH * OW)).reshape(N, OC, OH, OW)
    return y if b is None else y + reshape(b, (1, OC, 1, 1))


def pooling(x, kernel_size, stride=1, pad=0):
    """The greatest number in each window. The border is less than anything."""
    col = Im2col(kernel_size, stride, pad, fill=-np.inf)(x)
    N, C, KH, KW, OH, OW = col.shape
    col = col.reshape(N, C, KH * KW, OH, OW)
    n, c, y, x = np.ogrid[:N, :C, :OH, :OW]
    return col[n, c, col.data.argmax(axis=2), y, x]
