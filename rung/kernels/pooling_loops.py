"""The loops of max pooling by windows of 2x2 side by side."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.kernels.jit import at, loops, part, prange


@loops
def largest(x: Any, y: Any) -> None:
    """y[i, p, q] = the largest of x[i, 2p : 2p + 2, 2q : 2q + 2]; a NaN, if there is one."""
    for i in prange(len(x)):
        for p in range(y.shape[1]):
            for q in range(y.shape[2]):
                above, below, left, right = at(2 * p), at(2 * p + 1), at(2 * q), at(2 * q + 1)
                first = larger(x[i, above, left], x[i, above, right])
                y[i, p, q] = larger(first, larger(x[i, below, left], x[i, below, right]))


@loops
def shared(v: Any, x: Any, gx: Any) -> None:
    """gx = v[i, p, q] / ties where x[i] is the largest of its window, and 0 elsewhere."""
    for i in prange(len(x)):
        if x.shape[1] % 2 or x.shape[2] % 2:  # the last row or column belongs to no window
            gx[i] = 0
        for p in range(v.shape[1]):
            for q in range(v.shape[2]):
                above, below, left, right = at(2 * p), at(2 * p + 1), at(2 * q), at(2 * q + 1)
                a, b, c, d = x[i, above, left], x[i, above, right], x[i, below, left], x[i, below, right]
                top = larger(larger(a, b), larger(c, d))
                is_a, is_b, is_c, is_d = one_if(a == top), one_if(b == top), one_if(c == top), one_if(d == top)
                share = v[i, p, q] / (is_a + is_b + is_c + is_d)
                gx[i, above, left], gx[i, above, right] = is_a * share, is_b * share
                gx[i, below, left], gx[i, below, right] = is_c * share, is_d * share


@part
def larger(a: Any, b: Any) -> Any:
    return a if a >= b or a != a else b


@part
def one_if(truth: Any) -> Any:
    return np.float32(1) if truth else np.float32(0)
