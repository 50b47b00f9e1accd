"""Where it is decided whether a kernel runs, and nowhere else."""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import numpy as np

from rung.machine import has_numba

LEAST = 1 << 15  # elements of the first array; with fewer, a kernel does not save what importing Numba takes
FLOAT32 = np.dtype(np.float32)

Composition = TypeVar("Composition", bound=Callable[..., Any])
_wanted: ContextVar[bool] = ContextVar("rung_kernels", default=os.environ.get("RUNG_KERNELS") != "0")
_alone, _lost = threading.RLock(), False


class Kernel:
    """A fast path of a composition: for float32 arrays, and for those of its further arguments that it accepts."""

    takes_out = True  # so rung.compile gives it memory for its result

    def __init__(self, run: Callable[..., Any], accepts: Callable[..., bool]):
        self.run = run
        self.accepts = accepts

    def __call__(self, *args: Any, out: Any = None) -> Any:
        """Run it. Each takes all cores, and memory that is kept, so those of several threads wait for one another."""
        with _alone:
            return self.run(*args, out=out)

    def __repr__(self) -> str:
        return f"<kernel {self.run.__module__}.{self.run.__name__}>"


def kernel(accepts: Callable[..., bool]) -> Callable[[Callable[..., Any]], Kernel]:
    """Make a kernel of a function of a composition's arguments, but for `xp`, and of `out`, where the result may go.

    Args:
        accepts: of the same arguments: whether the kernel is right, and fast, for their shapes and options.
    """
    return lambda run: Kernel(run, accepts)


def accelerated(*kernels: Kernel) -> Callable[[Composition], Composition]:
    """Let the first of these kernels that accepts the arguments take the place of a composition f(xp, x, …)."""

    def around(composition: Composition) -> Composition:
        @functools.wraps(composition)
        def f(xp: Any, x: Any, *args: Any) -> Any:
            if x.size >= LEAST and (found := _chosen(kernels, xp, (x, *args))):
                return found(x, *args) if xp is np else xp.as_one(found, (x, *args))
            return composition(xp, x, *args)

        return f  # type: ignore[return-value]

    return around


def _chosen(kernels: tuple[Kernel, ...], xp: Any, args: tuple[Any, ...]) -> Kernel | None:
    """The kernel for these arguments, if arrays are where it can be run or recorded."""
    if not (is_on() and (xp is np or hasattr(xp, "as_one")) and all(map(_is_float32, args))):
        return None
    return next((kernel for kernel in kernels if kernel.accepts(*args)), None)


def _is_float32(x: Any) -> bool:
    return getattr(x, "dtype", FLOAT32) == FLOAT32


def is_on() -> bool:
    """Whether kernels take the place of compositions: they are not turned off, and Numba is there and has threads."""
    return _wanted.get() and has_numba() and not _lost


def _forked() -> None:
    """In a process that was forked, the threads of a kernel that ran before are gone, and OpenMP would give up."""
    global _alone, _lost
    _alone, _lost = threading.RLock(), "rung.kernels.jit" in sys.modules


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


@contextmanager
def switched(on: bool) -> Iterator[None]:
    """Within a `with`, and in this context alone, turn kernels on or off.

    >>> with switched(False):
    ...     is_on()
    False
    """
    token = _wanted.set(on)
    try:
        yield
    finally:
        _wanted.reset(token)
