"""One step of a long short-term memory, forward and backward, row by row.

Each loop is short and runs over slices from 0 on: so LLVM sees that nothing overlaps, and makes vectors of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.kernels.elementary import exp32, tanh32
from rung.kernels.jit import part

ONE: Any = np.float32(1)


@part
def forward(a: Any, through_h: Any, c: Any, gates: Any, new_h: Any, new_c: Any) -> None:
    """The gates f, i, o, u, and the states that come of them."""
    size = c.shape[1]
    for n in range(len(a)):
        for j in range(3 * size):
            gates[n, j] = ONE / (ONE + exp32(-(a[n, j] + through_h[n, j])))
        f, i, o, u = gates[n, :size], gates[n, size : 2 * size], gates[n, 2 * size : 3 * size], gates[n, 3 * size :]
        by_x, by_h, before, now, h = a[n, 3 * size :], through_h[n, 3 * size :], c[n], new_c[n], new_h[n]
        for j in range(size):
            u[j] = tanh32(by_x[j] + by_h[j])
        for j in range(size):
            now[j] = f[j] * before[j] + i[j] * u[j]
        for j in range(size):
            h[j] = o[j] * tanh32(now[j])


@part
def backward(gates: Any, c: Any, new_c: Any, g_h: Any, g_c: Any, g_a: Any) -> None:
    """The gradients of what the gates were computed from; g_c becomes that of the state before."""
    size = c.shape[1]
    tanh_c = np.empty(size, c.dtype)
    for n in range(len(gates)):
        f, i, o, u = gates[n, :size], gates[n, size : 2 * size], gates[n, 2 * size : 3 * size], gates[n, 3 * size :]
        by_f, by_i = g_a[n, :size], g_a[n, size : 2 * size]
        by_o, by_u = g_a[n, 2 * size : 3 * size], g_a[n, 3 * size :]
        before, now, gh, gc = c[n], new_c[n], g_h[n], g_c[n]
        for j in range(size):
            tanh_c[j] = tanh32(now[j])
        for j in range(size):
            gc[j] += gh[j] * o[j] * (ONE - tanh_c[j] * tanh_c[j])
        for j in range(size):
            by_o[j] = gh[j] * tanh_c[j] * o[j] * (ONE - o[j])
        for j in range(size):
            by_f[j] = gc[j] * before[j] * f[j] * (ONE - f[j])
        for j in range(size):
            by_i[j] = gc[j] * u[j] * i[j] * (ONE - i[j])
        for j in range(size):
            by_u[j] = gc[j] * i[j] * (ONE - u[j] * u[j])
        for j in range(size):
            gc[j] *= f[j]
