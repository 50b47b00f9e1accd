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

from collections.abc import Iterator
from typing import Any

import numpy as np

from rung.kernels.choice import kernel
from rung.kernels.memory import result
from rung.shapes import Shape

PRODUCTS = 36
PART = 16 << 20  # bytes of tiles at a time
LEAST_CHANNELS = 16  # with fewer, the matrix products are too thin


KERNEL = np.array([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]], np.float32) / 24
KERNELS = np.kron(KERNEL, KERNEL)  # of both axes: (36, 9)
MIRRORED = np.ascontiguousarray(KERNELS[:, ::-1])


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
    _convolve(x, _transformed(KERNELS, W).swapaxes(1, 2), b, windows, y)
    return y


@kernel(lambda y, W, b, windows, sizes, groups: y.ndim == 4 and _fits(windows, groups, W.shape[:2], sizes))
def transpose(y: Any, W: Any, b: Any, windows: Any, sizes: Shape, groups: int, out: Any = None) -> Any:
    """x[n, c, p + k - padding] = b[c] + the sum over o of W[o, c, k] y[n, o, p], where these meet."""
    x = result(out, (y.shape[0], W.shape[1], *sizes))
    _convolve(y, _transformed(MIRRORED, W), b, windows.mirrored, x)
    return x


@kernel(lambda x, y, windows, groups: x.ndim == 4 and _fits(windows, groups, (x.shape[1], y.shape[1]), y.shape[2:]))
def correlate(x: Any, y: Any, windows: Any, groups: int, out: Any = None) -> Any:
    """W[o, c, k] = the sum over n and p of y[n, o, p] x[n, c, p + k - padding]."""
    from rung.kernels import winograd_loops as loops

    outputs, channels = y.shape[1], x.shape[1]
    total: Any = None
    for part, tiles in _parts(x, y):
        ins, outs = _room(tiles * channels), _room(tiles * outputs)
        loops.into_tiles(np.ascontiguousarray(x[part]), ins, *_counts(y), *_corner(windows))
        loops.gradients_into_tiles(np.ascontiguousarray(y[part]), outs, *_counts(y))
        sums = np.matmul(_matrices(outs, tiles).swapaxes(1, 2), _matrices(ins, tiles))
        total = sums if total is None else np.add(total, sums, out=total)
    W = result(out, (outputs, channels, *windows.kernel))
    W.reshape((-1, 9))[...] = (KERNELS.T @ total.reshape((PRODUCTS, -1))).T
    return W


def _convolve(x: Any, weights: Any, b: Any, windows: Any, y: Any) -> None:
    """Write a convolution to y; the transformed weights are (36, C, O)."""
    from rung.kernels import winograd_loops as loops

    b = np.zeros(y.shape[1], np.float32) if b is None else np.ascontiguousarray(b)
    for part, tiles in _parts(x, y):
        ins, outs = _room(tiles * x.shape[1]), _room(tiles * y.shape[1])
        loops.into_tiles(np.ascontiguousarray(x[part]), ins, *_counts(y), *_corner(windows))
        np.matmul(_matrices(ins, tiles), weights, out=_matrices(outs, tiles))
        loops.out_of_tiles(outs, y[part], b)


def _room(size: int) -> Any:
    """Memory for 36 matrices. They are a cache line further apart than they are long, or a cache would hold only few
    of those whose elements are a power of two apart."""
    return np.empty((PRODUCTS, size + 16), np.float32)


def _matrices(room: Any, tiles: int) -> Any:
    return room[:, :-16].reshape((PRODUCTS, tiles, -1))


def _transformed(kernels: Any, W: Any) -> Any:
    """(O, C, 3, 3) as (36, O, C)."""
    return np.matmul(kernels, W.reshape((-1, 9)).T).reshape((PRODUCTS, *W.shape[:2]))


def _tiles(count: Shape) -> tuple[int, int]:
    return -(-count[0] // 4), -(-count[1] // 4)


def _counts(y: Any) -> tuple[int, int]:
    return _tiles(y.shape[2:])


def _corner(windows: Any) -> tuple[int, ...]:
    return tuple(before for before, _ in windows.padding)


def _parts(x: Any, y: Any) -> Iterator[tuple[slice, int]]:
    """So many examples at a time that their tiles fill PART, and how many tiles that is."""
    rows, columns = _counts(y)
    each = 4 * PRODUCTS * rows * columns * (x.shape[1] + y.shape[1])
    examples = len(x)
    parts = -(-examples * each // PART)
    size = max(-(-examples // parts), 1) if parts else 1
    for start in range(0, examples, size):
        part = slice(start, min(start + size, examples))
        yield part, (part.stop - start) * rows * columns
