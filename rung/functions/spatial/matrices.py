"""Linear maps along single axes: what changes a resolution is a small matrix for each axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from rung.cuda import get_array_module
from rung.functions.linalg import matmul
from rung.functions.view import reshape

__all__: list[str] = []

Matrix = np.ndarray[Any, np.dtype[np.float64]]


def mapped(x: Any, matrices: Sequence[Matrix | None]) -> Any:
    """Each of the last axes multiplied by its matrix of shape (new size, size); None leaves an axis as it is."""
    xp = get_array_module(x)
    dtype = x.dtype if x.dtype.kind == "f" else "float64"
    for i, matrix in enumerate(matrices, start=len(x.shape) - len(matrices)):
        if matrix is not None:
            x = _map_axis(x, i, xp.asarray(matrix, dtype=dtype))
    return x


def _map_axis(x: Any, axis: int, matrix: Any) -> Any:
    before, n, behind = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
    size = (matrix.shape[0],)
    if not behind:  # one product for all rows
        return reshape(matmul(reshape(x, (math.prod(before), n)), matrix.T), (*before, *size))
    blocks = reshape(x, (math.prod(before), n, math.prod(behind)))
    return reshape(matmul(matrix, blocks), (*before, *size, *behind))


def spans(n: int, size: int) -> list[tuple[int, int]]:
    """The axis of n elements in `size` parts that are as equal as can be; they overlap where they cannot be equal.

    >>> spans(5, 2), spans(6, 3)
    ([(0, 3), (2, 5)], [(0, 2), (2, 4), (4, 6)])
    """
    return [(i * n // size, -(-(i + 1) * n // size)) for i in range(size)]


@lru_cache(maxsize=64)
def averaging(n: int, size: int) -> Matrix:
    """The means over `spans`.

    >>> averaging(3, 2)
    array([[0.5, 0.5, 0. ],
           [0. , 0.5, 0.5]])
    """
    matrix = np.zeros((size, n))
    for i, (first, end) in enumerate(spans(n, size)):
        matrix[i, first:end] = 1 / (end - first)
    return matrix


@lru_cache(maxsize=64)
def interpolating(n: int, size: int, step: float, align_corners: bool) -> Matrix:
    """Values between neighbours, on the straight line from one to the next; beyond the outermost, theirs.

    The elements are the middles of intervals, of length 1 before and `step` after; with `align_corners`, they are
    points, and the outermost stay where they are.

    >>> interpolating(2, 4, 0.5, False)
    array([[1.  , 0.  ],
           [0.75, 0.25],
           [0.25, 0.75],
           [0.  , 1.  ]])
    """
    if align_corners:
        places = np.arange(size) * ((n - 1) / max(size - 1, 1))
    else:
        places = ((np.arange(size) + 0.5) * step - 0.5).clip(0, n - 1)
    left = places.astype(int)
    right = np.minimum(left + 1, n - 1)
    matrix, rows = np.zeros((size, n)), np.arange(size)
    matrix[rows, left] += 1 - (places - left)
    matrix[rows, right] += places - left
    return matrix
