"""`np.take_along_axis` along the last axis, without the detours that cost it ten times as long."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np


def take_along_axis(x: Any, indices: Any, axis: Any = -1) -> Any:
    """What NumPy's function gives."""
    if axis not in (-1, x.ndim - 1) or indices.shape[:-1] != x.shape[:-1]:
        return np.take_along_axis(x, indices, axis)
    if x.ndim != 2:
        rows = x.reshape(-1, x.shape[-1]), indices.reshape(-1, indices.shape[-1])
        return take_along_axis(*rows).reshape(indices.shape)
    return x[_rows(len(x)), indices]


@lru_cache(64)
def _rows(count: int) -> Any:
    return np.arange(count)[:, None]
