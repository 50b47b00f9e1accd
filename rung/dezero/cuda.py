"""`dezero.cuda`: which array library an array belongs to."""

from __future__ import annotations

from typing import Any

import numpy as np

import rung.cuda as cuda
from rung.core.variable import Variable

__all__ = ["Variable", "as_cupy", "as_numpy", "cupy", "get_array_module", "gpu_enable"]

gpu_enable = cuda.is_available()
cupy: Any = None
if gpu_enable:
    cupy = cuda.require_cupy()


def _plain(x: Any) -> Any:
    return x.data if isinstance(x, Variable) else x


def get_array_module(x: Any) -> Any:
    """NumPy or CuPy, whichever an array or a Variable belongs to."""
    return cuda.get_array_module(_plain(x)) if hasattr(_plain(x), "dtype") else np


def as_numpy(x: Any) -> Any:
    """An array of NumPy's."""
    x = _plain(x)
    return np.array(x) if np.isscalar(x) else cuda.as_numpy(x)


def as_cupy(x: Any) -> Any:
    """An array of CuPy's; an error that says what to install, where there is none."""
    return cuda.as_cupy(_plain(x))
