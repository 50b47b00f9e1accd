"""The matrices of Winograd's convolutions, each times numbers that are `step` apart, to a place with others `apart`.

Each is written out as the sums that it is, and so are the transposes. The numbers may be written over.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.kernels.jit import at, inlined

TWO, FOUR, EIGHT = np.float32(2), np.float32(4), np.float32(8)
QUARTER, SIXTH, TWELFTH, TWENTYFOURTH = (np.float32(1 / n) for n in (4, 6, 12, 24))


@inlined
def six_of_six(x: Any, start: Any, step: Any, y: Any, place: Any, apart: Any, size: Any) -> None:
    """IN"""
    for f in range(size):
        i, o = at(start + f), at(place + f)
        x0, x1, x2 = x[i], x[i + at(step)], x[i + at(2 * step)]
        x3, x4, x5 = x[i + at(3 * step)], x[i + at(4 * step)], x[i + at(5 * step)]
        even, odd, near, far = x4 - FOUR * x2, x3 - FOUR * x1, x4 - x2, TWO * (x3 - x1)
        y[o], y[o + at(5 * apart)] = FOUR * (x0 - x2) + near, FOUR * (x1 - x3) + (x5 - x3)
        y[o + at(apart)], y[o + at(2 * apart)] = even + odd, even - odd
        y[o + at(3 * apart)], y[o + at(4 * apart)] = near + far, near - far


@inlined
def four_of_six(x: Any, start: Any, step: Any, y: Any, place: Any, apart: Any, size: Any) -> None:
    """OUT"""
    for f in range(size):
        i, o = at(start + f), at(place + f)
        x0, x1, x2 = x[i], x[i + at(step)], x[i + at(2 * step)]
        x3, x4, x5 = x[i + at(3 * step)], x[i + at(4 * step)], x[i + at(5 * step)]
        near, far, across, along = x1 + x2, x3 + x4, x1 - x2, x3 - x4
        y[o], y[o + at(apart)] = x0 + near + far, across + TWO * along
        y[o + at(2 * apart)], y[o + at(3 * apart)] = near + FOUR * far, across + EIGHT * along + x5


@inlined
def six_of_four(x: Any, start: Any, step: Any, y: Any, place: Any, apart: Any, size: Any) -> None:
    """OUT, transposed"""
    for f in range(size):
        i, o = at(start + f), at(place + f)
        x0, x1, x2, x3 = x[i], x[i + at(step)], x[i + at(2 * step)], x[i + at(3 * step)]
        even, odd, near, far = x0 + x2, x1 + x3, x0 + FOUR * x2, TWO * x1 + EIGHT * x3
        y[o], y[o + at(5 * apart)] = x0, x3
        y[o + at(apart)], y[o + at(2 * apart)] = even + odd, even - odd
        y[o + at(3 * apart)], y[o + at(4 * apart)] = near + far, near - far


@inlined
def six_of_three(x: Any, start: Any, step: Any, y: Any, place: Any, apart: Any, size: Any) -> None:
    """KERNEL"""
    for f in range(size):
        i, o = at(start + f), at(place + f)
        x0, x1, x2 = x[i], x[i + at(step)], x[i + at(2 * step)]
        even, odd, near, far = -SIXTH * (x0 + x2), SIXTH * x1, TWENTYFOURTH * x0 + SIXTH * x2, TWELFTH * x1
        y[o], y[o + at(5 * apart)] = QUARTER * x0, x2
        y[o + at(apart)], y[o + at(2 * apart)] = even - odd, even + odd
        y[o + at(3 * apart)], y[o + at(4 * apart)] = near + far, near - far


@inlined
def three_of_six(x: Any, start: Any, step: Any, y: Any, place: Any, apart: Any, size: Any) -> None:
    """KERNEL, transposed"""
    for f in range(size):
        i, o = at(start + f), at(place + f)
        x0, x1, x2 = x[i], x[i + at(step)], x[i + at(2 * step)]
        x3, x4, x5 = x[i + at(3 * step)], x[i + at(4 * step)], x[i + at(5 * step)]
        near, far = SIXTH * (x1 + x2), x3 + x4
        y[o] = QUARTER * x0 - near + TWENTYFOURTH * far
        y[o + at(apart)] = SIXTH * (x2 - x1) + TWELFTH * (x3 - x4)
        y[o + at(2 * apart)] = SIXTH * far - near + x5
