"""The loops of Winograd's convolutions: images into transformed tiles, and back; channels lie side by side in them.

They go on by blocks of channels, in which the elements of a tile are a fixed distance apart, BLOCK: this is what LLVM
needs to know to make vectors of loops that read and write six of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.kernels.jit import at, inlined, loops, part, prange

BLOCK = 32  # channels
TWO, FOUR, EIGHT = np.float32(2), np.float32(4), np.float32(8)


@loops
def into_tiles(x: Any, tiles: Any, rows: Any, columns: Any, above: Any, left: Any) -> None:
    """x (N, C, H, W) -> (36, N rows columns, C): overlapping tiles of 6x6, the first above and left of the image."""
    for unit in prange(len(x) * rows):
        n, row = unit // rows, unit % rows
        wide = np.empty((4 * columns + 2) * 6 * BLOCK, np.float32)
        tile = np.empty(36 * BLOCK, np.float32)
        for c in range(0, x.shape[1], BLOCK):
            size = min(BLOCK, x.shape[1] - c)
            lay_out(x[n, c : c + size], wide, 4 * row - above, left, 6, 4 * columns + 2)
            for q in range(4 * columns + 2):
                six_of_six(wide, 6 * q * BLOCK, BLOCK, wide, 6 * q * BLOCK, size)
            for column in range(columns):
                for i in range(6):
                    six_of_six(wide, (24 * column + i) * BLOCK, 6 * BLOCK, tile, 6 * i * BLOCK, size)
                put(tile, tiles, (unit * columns + column) * x.shape[1] + c, size)


@loops
def gradients_into_tiles(y: Any, tiles: Any, rows: Any, columns: Any) -> None:
    """y (N, O, H, W) -> (36, N rows columns, O): tiles of 4x4 side by side, by the transpose of `out_of_tiles`."""
    for unit in prange(len(y) * rows):
        n, row = unit // rows, unit % rows
        wide = np.empty(4 * columns * 6 * BLOCK, np.float32)
        tile = np.empty(36 * BLOCK, np.float32)
        for c in range(0, y.shape[1], BLOCK):
            size = min(BLOCK, y.shape[1] - c)
            lay_out(y[n, c : c + size], wide, 4 * row, 0, 4, 4 * columns)
            for q in range(4 * columns):
                six_of_four(wide, 6 * q * BLOCK, BLOCK, wide, 6 * q * BLOCK, size)
            for column in range(columns):
                for i in range(6):
                    six_of_four(wide, (24 * column + i) * BLOCK, 6 * BLOCK, tile, 6 * i * BLOCK, size)
                put(tile, tiles, (unit * columns + column) * y.shape[1] + c, size)


@loops
def out_of_tiles(tiles: Any, y: Any, b: Any) -> None:
    """(36, N rows columns, O) -> y (N, O, H, W), each tile transformed back to 4x4, and b (O,) added."""
    rows, columns = -(-y.shape[2] // 4), -(-y.shape[3] // 4)
    for unit in prange(len(y) * rows):
        n, row = unit // rows, unit % rows
        tile = np.empty(36 * BLOCK, np.float32)
        lines = np.empty(4 * columns * 4 * BLOCK, np.float32)
        for c in range(0, y.shape[1], BLOCK):
            size = min(BLOCK, y.shape[1] - c)
            for column in range(columns):
                get(tiles, tile, (unit * columns + column) * y.shape[1] + c, size)
                for j in range(6):
                    four_of_six(tile, j * BLOCK, 6 * BLOCK, tile, j * BLOCK, 6 * BLOCK, size)
                for i in range(4):
                    four_of_six(tile, 6 * i * BLOCK, BLOCK, lines, (16 * column + i) * BLOCK, 4 * BLOCK, size)
            for o in range(size):
                for i in range(min(4, y.shape[2] - 4 * row)):
                    for q in range(y.shape[3]):
                        y[n, c + o, 4 * row + i, q] = lines[at((4 * q + i) * BLOCK + o)] + b[c + o]


@part
def lay_out(x: Any, wide: Any, top: Any, left: Any, side: Any, width: Any) -> None:
    """So many rows of an image (C, H, W), from `top` on, to (width, 6, BLOCK), among zeros."""
    wide[:] = 0
    for c in range(x.shape[0]):
        for r in range(max(-top, 0), min(side, x.shape[1] - top)):
            for q in range(min(x.shape[2], width - left)):
                wide[at((6 * (q + left) + r) * BLOCK + c)] = x[c, r + top, q]


@part
def put(tile: Any, tiles: Any, place: Any, size: Any) -> None:
    for k in range(36):
        for f in range(size):
            tiles[k, at(place + f)] = tile[at(k * BLOCK + f)]


@part
def get(tiles: Any, tile: Any, place: Any, size: Any) -> None:
    for k in range(36):
        for f in range(size):
            tile[at(k * BLOCK + f)] = tiles[k, at(place + f)]


@inlined
def six_of_six(x: Any, start: Any, step: Any, y: Any, place: Any, size: Any) -> None:
    """IN times the six elements that are `step` apart, for each channel; they may be overwritten."""
    for f in range(size):
        i, o = at(start + f), at(place + f)
        x0, x1, x2 = x[i], x[i + at(step)], x[i + at(2 * step)]
        x3, x4, x5 = x[i + at(3 * step)], x[i + at(4 * step)], x[i + at(5 * step)]
        even, odd = x4 - FOUR * x2, x3 - FOUR * x1
        across, along = x4 - x2, TWO * (x3 - x1)
        y[o] = FOUR * (x0 - x2) + across
        y[o + at(BLOCK)] = even + odd
        y[o + at(2 * BLOCK)] = even - odd
        y[o + at(3 * BLOCK)] = across + along
        y[o + at(4 * BLOCK)] = across - along
        y[o + at(5 * BLOCK)] = FOUR * (x1 - x3) + (x5 - x3)


@inlined
def six_of_four(x: Any, start: Any, step: Any, y: Any, place: Any, size: Any) -> None:
    """The transpose of OUT times four elements."""
    for f in range(size):
        i, o = at(start + f), at(place + f)
        x0, x1, x2, x3 = x[i], x[i + at(step)], x[i + at(2 * step)], x[i + at(3 * step)]
        even, odd = x0 + x2, x1 + x3
        far, farther = x0 + FOUR * x2, TWO * x1 + EIGHT * x3
        y[o] = x0
        y[o + at(BLOCK)] = even + odd
        y[o + at(2 * BLOCK)] = even - odd
        y[o + at(3 * BLOCK)] = far + farther
        y[o + at(4 * BLOCK)] = far - farther
        y[o + at(5 * BLOCK)] = x3


@inlined
def four_of_six(x: Any, start: Any, step: Any, y: Any, place: Any, apart: Any, size: Any) -> None:
    """OUT times six elements."""
    for f in range(size):
        i, o = at(start + f), at(place + f)
        x0, x1, x2 = x[i], x[i + at(step)], x[i + at(2 * step)]
        x3, x4, x5 = x[i + at(3 * step)], x[i + at(4 * step)], x[i + at(5 * step)]
        near, far, across, along = x1 + x2, x3 + x4, x1 - x2, x3 - x4
        y[o] = x0 + near + far
        y[o + at(apart)] = across + TWO * along
        y[o + at(2 * apart)] = near + FOUR * far
        y[o + at(3 * apart)] = across + EIGHT * along + x5
