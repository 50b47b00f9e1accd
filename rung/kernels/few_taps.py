"""Convolutions of few products per output: of images of few channels, or depthwise. A matrix product wastes them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.kernels.choice import kernel
from rung.kernels.memory import result

FEW = 48  # products per output, up to which the windows are walked over as they lie


def _fits(x: Any, taps: int, windows: Any) -> bool:
    return x.ndim == 4 and taps <= FEW and set(windows.stride) == {1} and not windows.pointwise


@kernel(lambda x, W, b, windows, groups: _fits(x, math.prod(W.shape[1:]), windows))
def convolve(x: Any, W: Any, b: Any, windows: Any, groups: int, out: Any = None) -> Any:
    """y[n, o, p] = b[o] + the sum over c and k of W[o, c, k] x[n, c, p + dilation k - padding]."""
    from rung.kernels import few_taps_loops as loops

    y = result(out, (x.shape[0], W.shape[0], *windows.count(x.shape[2:])))
    b = np.zeros(W.shape[0], np.float32) if b is None else b
    weights = np.ascontiguousarray(W).reshape((groups, W.shape[0] // groups, -1, W.shape[3]))
    loops.convolve(_grouped(x, groups), weights, np.ascontiguousarray(b).reshape((groups, -1)), _grouped(y, groups),
                   *_places(x, windows))  # fmt: skip
    return y


@kernel(lambda x, y, windows, groups: _fits(x, x.shape[1] // groups * math.prod(windows.kernel), windows))
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
