"""Convolutions by kernels of 3x3 after Winograd: tiles of 4x4 outputs with a quarter of the multiplications.

Along one axis, four sums of three products are six products of other numbers (S. Winograd, 1980; for networks, Lavin
and Gray, arXiv:1509.09308):

    y = OUT [(KERNEL w) * (IN x)]        x six neighbours, w three weights, y four neighbours

          4  0 -5  0  1  0          1/4   0    0            1  1  1  1  1  0
          0 -4 -4  1  1  0         -1/6 -1/6 -1/6           0  1 -1  2 -2  0
    IN =  0  4 -4 -1  1  0  KERNEL -1/6  1/6 -1/6     OUT = 0  1  1  4  4  0
          0 -2 -1  2  1  0       =  1/24 1/12 1/6           0  1 -1  8 -8  1
          0  2 -1 -2  1  0          1/24-1/12 1/6
          0  4  0 -5  0  1          0    0    1

Along two axes, 36 products take the place of 16 sums of 9 each. Over the channels they are sums again: so for each of
the 36 there is one product of matrices, of all tiles by all weights. The derivatives by x and by w are made of the
transposes of the same three. Results are right to about 1e-5 of the largest. An infinity spreads over its tile.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.kernels.choice import kernel
from rung.kernels.memory import result
from rung.shapes import Shape

LEAST_CHANNELS = 32  # of images and of results; with fewer, products of matrices are too thin
ROOM = 3 << 19  # bytes of tiles that a thread has at a time: what the second-level cache of a core holds
TILES = 48  # but at least so many, for all weights are read once for them
PART = 16 << 20  # bytes of tiles whose products make weights at a time


def _fits(windows: Any, groups: int, channels: Shape, count: Shape) -> bool:
    if groups > 1 or windows.kernel != (3, 3) or windows.stride != (1, 1) or windows.dilation != (1, 1):
        return False
    tiles = _tiles(count)
    return min(channels) >= LEAST_CHANNELS and 6 * tiles[0] * tiles[1] <= count[0] * count[1]


def _accepts(x: Any, W: Any, b: Any, windows: Any, groups: int) -> bool:
    return x.ndim == 4 and _fits(windows, groups, W.shape[:2], windows.count(x.shape[2:]))


@kernel(_accepts)
def convolve(x: Any, W: Any, b: Any, windows: Any, groups: int, out: Any = None) -> Any:
    """y[n, o, p] = b[o] + the sum over c and k of W[o, c, k] x[n, c, p + k - padding]."""
    y = result(out, (x.shape[0], W.shape[0], *windows.count(x.shape[2:])))
    return _convolve(x, _strips(W, W.shape[1], W.shape[0], 9, 9 * W.shape[1], 0, 1), b, windows, y)


def _accepts_transpose(y: Any, W: Any, b: Any, windows: Any, sizes: Shape, groups: int) -> bool:
    if y.ndim != 4 or not _fits(windows, groups, W.shape[:2], sizes):
        return False
    return all(n >= 0 for both in windows.mirrored.padding for n in both)


@kernel(_accepts_transpose)
def transpose(y: Any, W: Any, b: Any, windows: Any, sizes: Shape, groups: int, out: Any = None) -> Any:
    """x[n, c, p + k - padding] = b[c] + the sum over o of W[o, c, k] y[n, o, p], where these meet."""
    x = result(out, (y.shape[0], W.shape[1], *sizes))
    return _convolve(y, _strips(W, W.shape[0], W.shape[1], 9 * W.shape[1], 9, 8, -1), b, windows.mirrored, x)


@kernel(lambda x, y, windows, groups: x.ndim == 4 and _fits(windows, groups, (x.shape[1], y.shape[1]), y.shape[2:]))
def correlate(x: Any, y: Any, windows: Any, groups: int, out: Any = None) -> Any:
    """W[o, c, k] = the sum over n and p of y[n, o, p] x[n, c, p + k - padding]."""
    from rung.kernels import winograd_loops as loops

    W = result(out, (y.shape[1], x.shape[1], *windows.kernel))
    W[...] = 0
    rows, columns = _tiles(y.shape[2:])
    some = max(PART // (144 * rows * columns * (x.shape[1] + y.shape[1])), 1)
    for i in range(0, len(x), some):
        part = np.ascontiguousarray(x[i : i + some]), np.ascontiguousarray(y[i : i + some])
        loops.correlate(*part, W, rows, columns, *_corner(windows))
    return W


def _convolve(x: Any, strips: Any, b: Any, windows: Any, y: Any) -> Any:
    from rung.kernels import winograd_loops as loops
    from rung.kernels.jit import threads

    rows, columns = _tiles(y.shape[2:])
    each = max(ROOM // (144 * (x.shape[1] + y.shape[1])), TILES) // columns
    b = np.zeros(y.shape[1], np.float32) if b is None else np.ascontiguousarray(b)
    loops.convolve(np.ascontiguousarray(x), strips, b, y, rows, columns, *_corner(windows), max(each, 1), threads())
    return y


def _strips(W: Any, depth: int, count: int, *places: int) -> Any:
    """The transformed weights for `count` results, each a sum of `depth`; see `into_strips`."""
    from rung.kernels import winograd_loops as loops

    strips = np.empty((36, -(-count // loops.BLOCK), depth, loops.BLOCK), np.float32)
    loops.into_strips(np.ascontiguousarray(W).reshape(-1), strips, count, *places)
    return strips


def _tiles(count: Shape) -> tuple[int, int]:
    """How many tiles there are, down and across."""
    return -(-count[0] // 4), -(-count[1] // 4)


def _corner(windows: Any) -> tuple[int, ...]:
    return tuple(before for before, _ in windows.padding)
