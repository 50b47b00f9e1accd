"""Convolutions of few products per output: of images of few channels, or depthwise. A matrix product wastes them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.kernels.choice import kernel
from rung.kernels.memory import result
from rung.shapes import Shape

FEW, FEW_ROWS = 48, 64  # products, or rows of three of them, up to which a matrix product is slower


def _fits(x: Any, rows: int, windows: Any) -> bool:
    """Whether a stride of 1, and windows of so many rows over all channels, are what the loops are for."""
    if x.ndim != 4 or set(windows.stride) != {1} or windows.pointwise:
        return False
    width = windows.kernel[1]
    return rows <= FEW_ROWS if width == 3 else rows * width <= FEW


def _accepts_transpose(y: Any, W: Any, b: Any, windows: Any, sizes: Shape, groups: int) -> bool:
    rows = W.shape[0] // groups * math.prod(W.shape[2:-1])
    return _fits(y, rows, windows) and all(n >= 0 for both in windows.mirrored.padding for n in both)


@kernel(lambda x, W, b, windows, groups: _fits(x, math.prod(W.shape[1:-1]), windows))
def convolve(x: Any, W: Any, b: Any, windows: Any, groups: int, out: Any = None) -> Any:
    """y[n, o, p] = b[o] + the sum over c and k of W[o, c, k] x[n, c, p + dilation k - padding]."""
    from rung.kernels import few_taps_loops as loops

    y = result(out, (x.shape[0], W.shape[0], *windows.count(x.shape[2:])))
    b = np.zeros(W.shape[0], np.float32) if b is None else b
    weights = np.ascontiguousarray(W).reshape((groups, W.shape[0] // groups, -1, W.shape[3]))
    loops.convolve(_grouped(x, groups), weights, np.ascontiguousarray(b).reshape((groups, -1)), _grouped(y, groups),
                   *_places(x, windows))  # fmt: skip
    return y


@kernel(_accepts_transpose)
def transpose(y: Any, W: Any, b: Any, windows: Any, sizes: Shape, groups: int, out: Any = None) -> Any:
    """x[n, c, p + dilation k - padding] = b[c] + the sum over o of W[o, c, k] y[n, o, p], where these meet."""
    split = W.reshape((groups, W.shape[0] // groups, *W.shape[1:])).swapaxes(1, 2)
    mirrored = split[..., ::-1, ::-1].reshape((groups * W.shape[1], -1, *W.shape[2:]))
    return convolve(y, mirrored, b, windows.mirrored, groups, out=out)


@kernel(lambda x, y, windows, groups: _fits(x, x.shape[1] // groups * math.prod(windows.kernel[:-1]), windows))
def correlate(x: Any, y: Any, windows: Any, groups: int, out: Any = None) -> Any:
    """W[o, c, k] = the sum over n and p of y[n, o, p] x[n, c, p + dilation k - padding]."""
    from rung.kernels import few_taps_loops as loops

    W = result(out, (y.shape[1], x.shape[1] // groups, *windows.kernel))
    sums = np.empty((x.shape[0], groups, y.shape[1] // groups, W.shape[1] * W.shape[2], W.shape[3]), np.float32)
    loops.correlate(_grouped(x, groups), _grouped(y, groups), sums, *_places(x, windows))
    np.sum(sums.reshape((x.shape[0], *W.shape)), axis=0, out=W)
    return W


def _grouped(x: Any, groups: int) -> Any:
    examples, channels, *sizes = x.shape
    return np.ascontiguousarray(x).reshape((examples, groups, channels // groups, *sizes))


def _places(x: Any, windows: Any) -> tuple[Any, ...]:
    corner = tuple(before for before, _ in windows.padding)
    return windows.kernel[0], windows.dilation, windows.padded(x.shape[2:]), corner
