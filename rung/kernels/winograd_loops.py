"""The loops of Winograd's convolutions: images into transformed tiles, and back; channels lie side by side in them."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.kernels.jit import at, loops, part, prange


@loops
def into_tiles(x: Any, tiles: Any, matrix: Any, rows: Any, columns: Any, above: Any, left: Any) -> None:
    """Tiles of x (N, C, H, W), each transformed along both axes by the matrix (p, a): (p p, N rows columns, C).

    A tile begins 4 further than the last one, the first one above and left of the image.
    """
    channels, p, side = x.shape[1], matrix.shape[0], matrix.shape[1]
    flat = tiles.reshape(-1)
    for unit in prange(len(x) * rows):
        n, row = unit // rows, unit % rows
        width = 4 * (columns - 1) + side
        wide = np.zeros(side * width * channels, np.float32)
        lay_out(x[n], wide, 4 * row - above, left, side, width)
        mixed = np.empty(width * channels, np.float32)
        for i in range(p):
            mix(mixed, 0, mixed.size, matrix[i], wide, 0, mixed.size)
            for column in range(columns):
                tile = unit * columns + column
                for j in range(p):
                    place = ((i * p + j) * tiles.shape[1] + tile) * channels
                    mix(flat, place, channels, matrix[j], mixed, 4 * column * channels, channels)


@loops
def out_of_tiles(tiles: Any, y: Any, matrix: Any, b: Any) -> None:
    """y (N, O, H, W) of tiles (p p, N rows columns, O), each transformed back along both axes by the matrix (4, p)."""
    outputs, p = y.shape[1], matrix.shape[1]
    rows, columns = -(-y.shape[2] // 4), -(-y.shape[3] // 4)
    flat = tiles.reshape(-1)
    for unit in prange(len(y) * rows):
        n, row = unit // rows, unit % rows
        mixed = np.empty(p * outputs, np.float32)
        lines = np.empty(4 * columns * outputs, np.float32)
        for i in range(min(4, y.shape[2] - 4 * row)):
            for column in range(columns):
                tile = unit * columns + column
                for j in range(p):
                    start = (j * tiles.shape[1] + tile) * outputs
                    mix(mixed, j * outputs, outputs, matrix[i], flat, start, p * tiles.shape[1] * outputs)
                for j in range(4):
                    mix(lines, (4 * column + j) * outputs, outputs, matrix[j], mixed, 0, outputs)
            for o in range(outputs):
                for q in range(y.shape[3]):
                    y[n, o, 4 * row + i, q] = lines[at(q * outputs + o)] + b[o]


@part
def lay_out(x: Any, wide: Any, top: Any, left: Any, side: Any, width: Any) -> None:
    """Rows of an image (C, H, W) from `top` on, with the channels side by side."""
    channels = x.shape[0]
    for r in range(max(-top, 0), min(side, x.shape[1] - top)):
        for c in range(channels):
            for q in range(min(x.shape[2], width - left)):
                wide[at((r * width + q + left) * channels + c)] = x[c, r + top, q]


@part
def mix(target: Any, place: Any, size: Any, factors: Any, source: Any, start: Any, step: Any) -> None:
    """target[place + f] = the sum over k of factors[k] source[start + k step + f]"""
    t, a = at(place), at(start)
    b, c, d = at(start + step), at(start + 2 * step), at(start + 3 * step)
    if len(factors) == 4:
        for i in range(size):
            f = at(i)
            target[t + f] = (factors[0] * source[a + f] + factors[1] * source[b + f]) + (
                factors[2] * source[c + f] + factors[3] * source[d + f]
            )
    else:
        g, h = at(start + 4 * step), at(start + 5 * step)
        for i in range(size):
            f = at(i)
            target[t + f] = (
                (factors[0] * source[a + f] + factors[1] * source[b + f])
                + (factors[2] * source[c + f] + factors[3] * source[d + f])
                + (factors[4] * source[g + f] + factors[5] * source[h + f])
            )
