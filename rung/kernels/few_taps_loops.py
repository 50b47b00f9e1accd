"""The loops of convolutions of few products per output.

The channels of a group are laid out flat among their padding, so that an output is a sum over fixed distances from
its place, and a loop runs over the rows without a stop. What it computes at the end of a row, of windows that go on
in the next one, is dropped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.kernels.jit import adding, at, loops, part, prange


@loops
def convolve(x: Any, W: Any, b: Any, y: Any, height: Any, dilation: Any, sizes: Any, corner: Any) -> None:
    """x (N, G, C, H, W), W (G, O, C kernel rows, kernel columns), b (G, O) -> y (N, G, O, OH, OW)"""
    for i in prange(x.shape[0] * x.shape[1]):
        n, g = i // x.shape[1], i % x.shape[1]
        width = sizes[1]
        flat = laid_out(x[n, g], sizes[0], sizes[1], corner[0], corner[1])
        starts = rows_of(x.shape[2], height, sizes[0] * width, width, dilation[0])
        total = np.empty((y.shape[3] - 1) * width + y.shape[4], np.float32)
        for o in range(W.shape[1]):
            total[:] = b[g, o]
            done = 0
            if W.shape[3] == 3:
                while done + 3 <= len(starts):
                    add_nine(total, flat, starts, done, W[g, o], dilation[1])
                    done += 3
            for row in range(done, len(starts)):
                for k in range(W.shape[3]):
                    add_one(total, flat, starts[row] + at(k * dilation[1]), W[g, o, row, k])
            for p in range(y.shape[3]):
                for q in range(y.shape[4]):
                    y[n, g, o, p, q] = total[at(p * width + q)]


@loops
def correlate(x: Any, y: Any, W: Any, height: Any, dilation: Any, sizes: Any, corner: Any) -> None:
    """x (N, G, C, H, W), y (N, G, O, OH, OW) -> W (N, G, O, C kernel rows, kernel columns)"""
    for i in prange(x.shape[0] * x.shape[1]):
        n, g = i // x.shape[1], i % x.shape[1]
        width = sizes[1]
        flat = laid_out(x[n, g], sizes[0], sizes[1], corner[0], corner[1])
        starts = rows_of(x.shape[2], height, sizes[0] * width, width, dilation[0])
        wide = np.zeros((y.shape[3] - 1) * width + y.shape[4], np.float32)
        for o in range(y.shape[2]):
            for p in range(y.shape[3]):
                for q in range(y.shape[4]):
                    wide[at(p * width + q)] = y[n, g, o, p, q]
            done = 0
            if W.shape[4] == 3:
                while done + 3 <= len(starts):
                    nine_products(wide, flat, starts, done, W[n, g, o], dilation[1])
                    done += 3
            for row in range(done, len(starts)):
                for k in range(W.shape[4]):
                    W[n, g, o, row, k] = one_product(wide, flat, starts[row] + at(k * dilation[1]))


@part
def laid_out(x: Any, height: Any, width: Any, above: Any, left: Any) -> Any:
    """The channels of x one after the other, each in so much room, among zeros."""
    wide = np.zeros((x.shape[0], height, width), np.float32)
    for c in range(x.shape[0]):
        for p in range(x.shape[1]):
            for q in range(x.shape[2]):
                wide[c, at(p + above), at(q + left)] = x[c, p, q]
    return wide.reshape(-1)


@part
def rows_of(channels: Any, height: Any, size: Any, width: Any, dilation: Any) -> Any:
    """Where each row of the first window begins, channel by channel."""
    starts = np.empty(channels * height, np.uint64)
    for row in range(len(starts)):
        starts[row] = at(row // height * size + row % height * dilation * width)
    return starts


@part
def add_nine(total: Any, flat: Any, starts: Any, row: Any, W: Any, dilation: Any) -> None:
    """Three rows of three at once, so that a total is loaded and stored a ninth as often."""
    a, b, c, d = starts[row], starts[row + 1], starts[row + 2], at(dilation)
    for f in range(len(total)):
        i = at(f)
        first = W[row, 0] * flat[a + i] + W[row, 1] * flat[a + i + d] + W[row, 2] * flat[a + i + d + d]
        second = W[row + 1, 0] * flat[b + i] + W[row + 1, 1] * flat[b + i + d] + W[row + 1, 2] * flat[b + i + d + d]
        third = W[row + 2, 0] * flat[c + i] + W[row + 2, 1] * flat[c + i + d] + W[row + 2, 2] * flat[c + i + d + d]
        total[f] += first + second + third


@part
def add_one(total: Any, flat: Any, start: Any, weight: Any) -> None:
    for f in range(len(total)):
        total[f] += weight * flat[start + at(f)]


@adding
def nine_products(wide: Any, flat: Any, starts: Any, row: Any, W: Any, dilation: Any) -> None:
    """`one_product` of three rows of three."""
    a, b, c, d = starts[row], starts[row + 1], starts[row + 2], at(dilation)
    zero = np.float32(0)
    s0, s1, s2, s3, s4, s5, s6, s7, s8 = zero, zero, zero, zero, zero, zero, zero, zero, zero
    for f in range(len(wide)):
        i, y = at(f), wide[f]
        s0 += y * flat[a + i]
        s1 += y * flat[a + i + d]
        s2 += y * flat[a + i + d + d]
        s3 += y * flat[b + i]
        s4 += y * flat[b + i + d]
        s5 += y * flat[b + i + d + d]
        s6 += y * flat[c + i]
        s7 += y * flat[c + i + d]
        s8 += y * flat[c + i + d + d]
    W[row, 0], W[row, 1], W[row, 2] = s0, s1, s2
    W[row + 1, 0], W[row + 1, 1], W[row + 1, 2] = s3, s4, s5
    W[row + 2, 0], W[row + 2, 1], W[row + 2, 2] = s6, s7, s8


@adding
def one_product(wide: Any, flat: Any, start: Any) -> Any:
    total = np.float32(0)
    for f in range(len(wide)):
        total += wide[f] * flat[start + at(f)]
    return total
