"""`dezero.cuda`: which library an array belongs to, and moving between CPU and GPU."""

from __future__ import annotations

from typing import Any

from rung.cuda import as_cupy, as_numpy, get_array_module, is_available
from rung.dezero.core import Variable

__all__ = ["Variable", "as_cupy", "as_numpy", "get_array_module", "gpu_enable"]

gpu_enable = is_available()


def __getattr__(name: str) -> Any:
    if name in ("cupy", "cp") and gpu_enable:
        return get_array_module(as_cupy(0.0))
    raise AttributeError(f"module 'dezero.cuda' has no attribute {name!r}")
