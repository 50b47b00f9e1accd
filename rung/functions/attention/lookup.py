"""Vectors for integers."""

from __future__ import annotations

from typing import Any

from rung.core.variable import Variable, as_variable
from rung.cuda import has_readable_values
from rung.errors import DTypeError, IndexRangeError, ShapeError, message
from rung.functions.documented import composed
from rung.functions.elementwise import equal, where
from rung.functions.indexing import take
from rung.functions.view import expand_dims

__all__ = ["embedding"]


@composed
def embedding(x: Any, W: Any, padding_index: int | None = None) -> Variable:
    """The rows of a table that integers stand for.

        y = W[x]                    dW = dy added up where it was picked

    Shape: x of integers, W (rows, size) -> that of x, with an axis of size behind.

    Args:
        padding_index: an integer that stands for nothing; its row gets no gradient.

    Raises:
        DTypeError: x is not of integers.
        IndexRangeError: an integer has no row; negative ones do not count from the end.
        ShapeError: W has not two axes.

    >>> import numpy as np
    >>> embedding(np.array([2, 0, 2]), Variable(np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])))
    variable([[4. 5.]
              [0. 1.]
              [4. 5.]])
    """
    x, W = as_variable(x), as_variable(W)
    if W.ndim != 2:
        raise ShapeError(message("embedding", "W must have two axes, of rows and of features", x=x, W=W))
    if x.dtype.kind not in "iu":
        raise DTypeError(message("embedding", "x must be of integers", x=x, W=W))
    rows = W.shape[0]
    if has_readable_values(x._data) and x.size and not (int(x._data.min()) >= 0 and int(x._data.max()) < rows):
        raise IndexRangeError(
            f"embedding: integers must be from 0 to {rows - 1}, the rows of W, "
            f"but they go from {int(x._data.min())} to {int(x._data.max())}"
        )
    y = take(W, x, 0)
    if padding_index is None:
        return y
    if not (hasattr(padding_index, "__index__") and 0 <= padding_index < rows):
        raise IndexRangeError(f"embedding: padding_index must be from 0 to {rows - 1}, but got {padding_index!r}")
    return where(expand_dims(equal(x, padding_index), -1), y.detach(), y)
