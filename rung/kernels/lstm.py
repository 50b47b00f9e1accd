"""Long short-term memory over all times: the products by NumPy, all else of a step in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.kernels.choice import kernel
from rung.machine import one_blas_thread

LEAST = 1 << 17  # gates at all times; with fewer, it is not worth what it takes to compile


@kernel(lambda a, W_h, h, c: a.size >= LEAST)
def over_time(a: Any, W_h: Any, h: Any, c: Any, out: Any = None) -> tuple[Any, Any]:
    """The states h and c, and the gates, at all times."""
    from rung.kernels import lstm_loops as loops

    gates, states = np.empty(a.shape, a.dtype), np.empty((2, *a.shape[:2], W_h.shape[0]), a.dtype)
    through_h = np.empty(a.shape[1:], a.dtype)
    with one_blas_thread():
        for t in range(len(a)):
            np.matmul(h, W_h, out=through_h)
            loops.forward(a[t], through_h, c, gates[t], states[0, t], states[1, t])
            h, c = states[:, t]
    return states, gates


@kernel(lambda gates, cs, c, W_h, g_states, g_gates: gates.size >= LEAST and g_gates is None)
def back_in_time(gates: Any, cs: Any, c: Any, W_h: Any, g_states: Any, g_gates: Any, out: Any = None) -> Any:
    """The gradients of what came at all times, and those of the states before."""
    from rung.kernels import lstm_loops as loops

    ga, W_hT = np.empty(gates.shape, gates.dtype), np.ascontiguousarray(W_h.T)
    gh, gc = np.zeros(c.shape, c.dtype), np.zeros(c.shape, c.dtype)
    with one_blas_thread():
        for t in range(len(gates) - 1, -1, -1):
            gh += g_states[0, t]
            gc += g_states[1, t]
            loops.backward(gates[t], cs[t - 1] if t else c, cs[t], gh, gc, ga[t])
            np.matmul(ga[t], W_hT, out=gh)
    return ga, gh, gc
