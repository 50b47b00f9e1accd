"""The loops of Winograd's convolutions. A tile is of 6x6 numbers, or of 4x4 that become 6x6, or the other way round.

Tiles lie in 36 matrices, one for each of the numbers, of tiles by channels, and are made by blocks of channels: in a
block, the numbers of one tile are a fixed distance apart, BLOCK. So much LLVM needs to know to make vectors of loops
that read and write six of them. Weights lie in strips of BLOCK columns, as products want them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.kernels.jit import at, loops, part, prange
from rung.kernels.vectors import DEEP, ROWS, SQUARE, STRIP, block, pack, place_of, room, turn
from rung.kernels.winograd_tiles import four_of_six, six_of_four, six_of_six, six_of_three, three_of_six

BLOCK = STRIP
LINE = 16  # numbers in a line of the cache; matrices are that much further apart than a power of two


@loops
def convolve(x: Any, strips: Any, b: Any, y: Any, rows: Any, columns: Any, above: Any, left: Any, each: Any,
             parts: Any) -> None:  # fmt: skip
    """x (N, C, H, W), strips (36, O / BLOCK, C, BLOCK), b (O,) -> y (N, O, OH, OW).

    Each of the `parts`, one for a thread, goes from the images to the results by `each` rows of tiles at a time.
    """
    for share in prange(parts):
        channels, outputs = x.shape[1], y.shape[1]
        tiles = -(-each * columns // ROWS) * ROWS
        ins = np.empty((36, tiles * channels + LINE), np.float32)
        outs = np.empty((36, tiles * outputs + LINE), np.float32)
        end = (share + 1) * len(x) * rows // parts
        for first in range(share * len(x) * rows // parts, end, each):
            last = min(first + each, end)
            for i in range(first, last):
                into_tiles(x[i // rows], ins, i % rows, (i - first) * columns, columns, above, left)
            for k in range(36):
                for t in range(0, (last - first) * columns, ROWS):
                    for j in range(strips.shape[1]):
                        place = t * outputs + min(j * BLOCK, outputs - BLOCK)
                        block(ins[k], t * channels, channels, 1, strips[k, j].reshape(-1), 0, channels,
                              outs[k], place, outputs, False)  # fmt: skip
            for i in range(first, last):
                out_of_tiles(outs, y[i // rows], b, i % rows, (i - first) * columns, columns)


@loops
def correlate(x: Any, y: Any, W: Any, rows: Any, columns: Any, above: Any, left: Any) -> None:
    """x (N, C, H, W), y (N, O, OH, OW) -> W (O, C, 3, 3), to which it is added."""
    channels, outputs, tiles = x.shape[1], y.shape[1], len(x) * rows * columns
    ins = np.empty((36, tiles * channels + LINE), np.float32)
    outs = np.empty((36, tiles * outputs + LINE), np.float32)
    sums = np.empty((36, outputs * channels + LINE), np.float32)
    for i in prange(len(x) * rows):
        into_tiles(x[i // rows], ins, i % rows, i * columns, columns, above, left)
        gradients_into_tiles(y[i // rows], outs, i % rows, i * columns, columns)
    strips = -(-channels // BLOCK)
    for unit in prange(36 * strips):
        k, column = unit // strips, min(unit % strips * BLOCK, channels - BLOCK)
        strip = np.empty(DEEP * BLOCK, np.float32)
        blocks = room(outputs)
        for t in range(0, tiles, DEEP):
            depth = min(DEEP, tiles - t)
            pack(ins[k], strip, t * channels + column, depth, channels)
            for row in range(0, outputs, ROWS):
                start = t * outputs + min(row, outputs - ROWS)
                block(outs[k], start, 1, outputs, strip, 0, depth, blocks, row * BLOCK, BLOCK, t > 0)
        for o in range(outputs):
            place = place_of(o, outputs)
            for f in range(BLOCK):
                sums[k, at(o * channels + column + f)] = blocks[at(place + f)]
    for o in prange(outputs):
        add_weights(sums, W[o].reshape(-1), o * channels, channels)


@loops
def into_strips(W: Any, strips: Any, count: Any, row: Any, column: Any, start: Any, step: Any) -> None:
    """Weights, flat, to strips (36, count / BLOCK, depth, BLOCK).

    A row and a column say where 3x3 weights lie; they begin with the element `start`, and the next is `step` further.
    """
    for j in prange(strips.shape[1]):
        first = min(j * BLOCK, count - BLOCK)
        wide, tile = np.empty(18 * BLOCK, np.float32), np.empty(36 * BLOCK, np.float32)
        for i in range(strips.shape[2]):
            begin = i * row + first * column
            transpose(W, begin, column, BLOCK, 8, wide, 0, BLOCK)
            for f in range(BLOCK):
                wide[at(8 * BLOCK + f)] = W[at(begin + f * column + 8)]
            for k in range(3):
                six_of_three(wide, (start + k * step) * BLOCK, 3 * step * BLOCK, tile, k * BLOCK, 3 * BLOCK, BLOCK)
            wide[:] = tile[: 18 * BLOCK]
            for k in range(6):
                six_of_three(wide, 3 * k * BLOCK, BLOCK, tile, 6 * k * BLOCK, BLOCK, BLOCK)
            for k in range(36):
                for f in range(BLOCK):
                    strips[k, j, i, f] = tile[at(k * BLOCK + f)]


@part
def into_tiles(x: Any, tiles: Any, row: Any, place: Any, columns: Any, above: Any, left: Any) -> None:
    """A row of overlapping tiles of 6x6 of x (C, H, W), the first one above and left of the image; to `place`."""
    width = 4 * columns + 2
    wide, tile = np.empty(6 * width * BLOCK, np.float32), np.empty(36 * BLOCK, np.float32)
    for c in range(0, len(x), BLOCK):
        size = min(BLOCK, len(x) - c)
        lay_out(x[c : c + size], wide, 4 * row - above, left, 6, width)
        for q in range(width):
            six_of_six(wide, 6 * q * BLOCK, BLOCK, wide, 6 * q * BLOCK, BLOCK, size)
        for column in range(columns):
            for i in range(6):
                six_of_six(wide, (24 * column + i) * BLOCK, 6 * BLOCK, tile, 6 * i * BLOCK, BLOCK, size)
            put(tile, tiles, (place + column) * len(x) + c, size)


@part
def gradients_into_tiles(y: Any, tiles: Any, row: Any, place: Any, columns: Any) -> None:
    """A row of tiles of 4x4 of y (O, H, W), by the transpose of what makes outputs."""
    width = 4 * columns
    wide, tile = np.empty(6 * width * BLOCK, np.float32), np.empty(36 * BLOCK, np.float32)
    for c in range(0, len(y), BLOCK):
        size = min(BLOCK, len(y) - c)
        lay_out(y[c : c + size], wide, 4 * row, 0, 4, width)
        for q in range(width):
            six_of_four(wide, 6 * q * BLOCK, BLOCK, wide, 6 * q * BLOCK, BLOCK, size)
        for column in range(columns):
            for i in range(6):
                six_of_four(wide, (24 * column + i) * BLOCK, 6 * BLOCK, tile, 6 * i * BLOCK, BLOCK, size)
            put(tile, tiles, (place + column) * len(y) + c, size)


@part
def out_of_tiles(tiles: Any, y: Any, b: Any, row: Any, place: Any, columns: Any) -> None:
    """A row of tiles, transformed back to 4x4, to y (O, H, W), and b (O,) added."""
    wide, tile = np.empty(16 * columns * BLOCK, np.float32), np.empty(36 * BLOCK, np.float32)
    for c in range(0, len(y), BLOCK):
        size = min(BLOCK, len(y) - c)
        for column in range(columns):
            get(tiles, tile, (place + column) * len(y) + c, size)
            for j in range(6):
                four_of_six(tile, j * BLOCK, 6 * BLOCK, tile, j * BLOCK, 6 * BLOCK, size)
            for i in range(4):
                four_of_six(tile, 6 * i * BLOCK, BLOCK, wide, (16 * column + i) * BLOCK, 4 * BLOCK, size)
        for q in range(16 * columns):
            for f in range(size):
                wide[at(q * BLOCK + f)] += b[at(c + f)]
        for i in range(min(4, y.shape[1] - 4 * row)):
            corner = (c * y.shape[1] + 4 * row + i) * y.shape[2]
            transpose(wide, i * BLOCK, 4 * BLOCK, y.shape[2], size, y.reshape(-1), corner, y.shape[1] * y.shape[2])


@part
def add_weights(tiles: Any, W: Any, place: Any, channels: Any) -> None:
    """Tiles, one for each channel, transformed to 3x3, and added to W."""
    tile = np.empty(36 * BLOCK, np.float32)
    for c in range(0, channels, BLOCK):
        size = min(BLOCK, channels - c)
        get(tiles, tile, place + c, size)
        for j in range(6):
            three_of_six(tile, j * BLOCK, 6 * BLOCK, tile, j * BLOCK, 6 * BLOCK, size)
        for i in range(3):
            three_of_six(tile, 6 * i * BLOCK, BLOCK, tile, 6 * i * BLOCK, BLOCK, size)
        for f in range(size):
            for k in range(9):
                W[at((c + f) * 9 + k)] += tile[at((k // 3 * 6 + k % 3) * BLOCK + f)]


@part
def lay_out(x: Any, wide: Any, top: Any, left: Any, side: Any, width: Any) -> None:
    """So many rows of an image (C, H, W), from `top` on, to (width, 6, BLOCK), among zeros."""
    wide[:] = 0
    size = min(x.shape[2], width - left)
    for r in range(max(-top, 0), min(side, x.shape[1] - top)):
        start, place = (r + top) * x.shape[2], (6 * left + r) * BLOCK
        transpose(x.reshape(-1), start, x.shape[1] * x.shape[2], len(x), size, wide, place, 6 * BLOCK)


@part
def transpose(x: Any, start: Any, row: Any, rows: Any, columns: Any, y: Any, place: Any, length: Any) -> None:
    """y[place + j length + i] = x[start + i row + j], square by square; the last ones lie over the ones before."""
    if rows < SQUARE or columns < SQUARE:
        for i in range(rows):
            for j in range(columns):
                y[at(place + j * length + i)] = x[at(start + i * row + j)]
        return
    for i in range(0, rows, SQUARE):
        top = min(i, rows - SQUARE)
        for j in range(0, columns, SQUARE):
            left = min(j, columns - SQUARE)
            turn(x, start + top * row + left, row, y, place + left * length + top, length)


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
