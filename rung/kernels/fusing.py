"""Ops as single kernels: what an op computes, forward or backward, is recorded once and compiled for such arrays.

An op whose formula passes over its arrays several times states `fused = True`, and that is all: its own formulas are
the source of its kernels. They are recorded as `rung.compile` records a step, and become loops in which nothing
between is ever written to memory. Small arrays, other dtypes than float32 and other devices are left to the formula.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from importlib import import_module
from typing import Any

import numpy as np

from rung.kernels.choice import FLOAT32, is_on

SMALLEST = 1 << 17  # elements from which on kernels are worth the import of Numba and their compilation


def fused(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the module and arrays, part of the formula of an op, by a kernel where there is one.

    It is called with `work` too: how many elements there are in all the arrays that it will be called on.
    """

    @wraps(function)
    def chosen(xp: Any, *arrays: Any, work: int) -> Any:
        if xp is np and _are_suitable(arrays, work):
            return run(function, None, arrays, function)
        return function(xp, *arrays)

    return chosen


def fused_forward(forward: Callable[..., Any]) -> Callable[..., Any]:
    """The `forward` of an op, by a kernel where there is one."""

    @wraps(forward)
    def chosen(op: Any, xp: Any, *arrays: Any) -> Any:
        if xp is np and _are_suitable(arrays):
            return run(forward, op, arrays, lambda module, *xs: forward(op, module, *xs))
        return forward(op, xp, *arrays)

    return chosen


def fused_derivative(derivative: Callable[..., Any]) -> Callable[..., Any]:
    """A derivative of an op, a function of the op and a pool of arrays and shapes, by a kernel where there is one."""

    def chosen(op: Any, pool: Sequence[Any]) -> Any:
        if _are_suitable(pool):
            return run(chosen, op, pool, lambda module, *xs: derivative(op, xs))
        return derivative(op, pool)

    return chosen


def _are_suitable(arrays: Sequence[Any], work: int = 0) -> bool:
    x = arrays[0]
    return type(x) is np.ndarray and max(x.size, work) >= SMALLEST and x.dtype == FLOAT32 and is_on()


def run(*args: Any) -> Any:
    """See `rung.compiling.ops.run`, which is imported when it is needed."""
    return import_module("rung.compiling.ops").run(*args)
