"""The memory that kernels write to: results, and what is between."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.shapes import Shape

_kept: dict[str, Any] = {}


def result(out: Any, shape: Shape) -> Any:
    """Where a result goes: memory that was handed in, or new."""
    return np.empty(shape, np.float32) if out is None else out


def scratch(name: str, shape: Shape) -> Any:
    """An array under this name that the next call gets again, with whatever is in it."""
    size = math.prod(shape)
    flat = _kept.get(name)
    if flat is None or flat.size < size:
        flat = _kept[name] = np.empty(size, np.float32)
    return flat[:size].reshape(shape)
