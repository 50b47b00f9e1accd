"""Parts of matrices: the diagonal and the triangles."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.families import Trailing
from rung.core.samples import case, normal
from rung.core.variable import Variable
from rung.functions.documented import composed, documented
from rung.functions.indexing import PutItem, get_item
from rung.functions.linalg.product import check_shapes
from rung.functions.reduction import sum
from rung.functions.view import reshape, transpose
from rung.shapes import Shape, expect, normalize_axes

__all__ = ["diagonal", "trace", "tril", "triu"]


class Tril(Trailing):
    """The lower triangle of every matrix, and zeros above it.

        y[i, j] = x[i, j]  if j <= i + k  else  0             dx = tril(dy, k)

    Shape: (..., n, m) -> the same.

    Args:
        k: the highest diagonal that stays: 0 is the main one, -1 that below it.

    >>> import numpy as np
    >>> tril(np.ones((2, 2)))
    variable([[1. 0.]
              [1. 1.]])
    """

    checks_shape = True
    multilinear = True

    def __init__(self, k: int = 0):
        self.k = k

    def shape(self, x: Shape) -> Shape:
        expect(len(x) >= 2, "there must be at least two axes")
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.tril(x, self.k)

    def grad_x(self, gy: Any) -> Any:
        return tril(gy, self.k)

    samples = [normal(3, 3), case(normal(2, 3, 4), k=-1), case(normal(4, 2), k=1), normal(0, 2, 2)]
    errors = [((3,),)]


class Triu(Tril):
    """The upper triangle of every matrix, and zeros below it.

        y[i, j] = x[i, j]  if j >= i + k  else  0             dx = triu(dy, k)

    Shape: (..., n, m) -> the same.

    Args:
        k: the lowest diagonal that stays: 0 is the main one, 1 that above it.

    >>> import numpy as np
    >>> triu(np.ones((2, 2)))
    variable([[1. 1.]
              [0. 1.]])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.triu(x, self.k)

    def grad_x(self, gy: Any) -> Any:
        return triu(gy, self.k)


@documented(Tril)
def tril(x: Any, k: int = 0) -> Variable:
    return apply(Tril(k), x)


@documented(Triu)
def triu(x: Any, k: int = 0) -> Variable:
    return apply(Triu(k), x)


@composed
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """The elements of two axes whose places there are the same, along a new last axis.

        y[..., i] = x[..., i, i + offset]

    Shape: (n, m, ...) -> (..., min(n, m)), or shorter with an offset.

    Args:
        offset: which diagonal: above the main one if positive, below it if negative.
        axis1: the axis of rows.
        axis2: the axis of columns.

    >>> import numpy as np
    >>> diagonal(np.array([[1.0, 2.0], [3.0, 4.0]]))
    variable([1. 4.])
    """
    return _diagonal("diagonal", x, offset, axis1, axis2)


def _diagonal(op: str, x: Any, offset: int, axis1: int, axis2: int) -> Variable:
    check_shapes(op, lambda x: normalize_axes((axis1, axis2), len(x)), x=x)
    ndim = len(x.shape)
    row, column = axis1 % ndim, axis2 % ndim
    order = [*[axis for axis in range(ndim) if axis not in (row, column)], row, column]
    x = x if order == list(range(ndim)) else transpose(x, order)
    *lead, n, m = x.shape
    first = offset if offset >= 0 else -offset * m
    count = max(0, min(n + offset, m) if offset < 0 else min(n, m - offset))
    # With the rows one after the other, the diagonal is a slice, so it is a view.
    return get_item(reshape(x, (*lead, n * m)), (..., slice(first, first + count * (m + 1), m + 1)))


def diagonal_matrix(x: Any) -> Any:
    """Square matrices with `x` on their diagonals and zeros elsewhere: (..., n) -> (..., n, n)."""
    *lead, n = x.shape
    return apply(PutItem((..., slice(None, None, n + 1)), (*lead, n * n)), x).reshape((*lead, n, n))


@composed
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """The sum of a diagonal.

        y = sum(x[..., i, i + offset])

    Shape: (n, m, ...) -> (...)

    Args: as in `diagonal`.

    >>> import numpy as np
    >>> trace(np.array([[1.0, 2.0], [3.0, 4.0]]))
    variable(5.0)
    """
    return sum(_diagonal("trace", x, offset, axis1, axis2), axis=-1)
