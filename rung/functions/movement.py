"""Elements moved to other places, repeated, or surrounded by others."""

from __future__ import annotations

from typing import Any

from rung.core.variable import Variable
from rung.functions.indexing import get_item
from rung.shapes import normalize_axes

__all__ = ["flip"]


def flip(x: Any, axis: int | tuple[int, ...] | None = None) -> Variable:
    """The elements in reverse order along the given axes, or along all.

    >>> import numpy as np
    >>> flip(Variable(np.arange(3.0)))
    variable([2. 1. 0.])
    """
    axes = normalize_axes(axis, len(x.shape))
    return get_item(x, tuple(slice(None, None, -1 if i in axes else None) for i in range(len(x.shape))))
