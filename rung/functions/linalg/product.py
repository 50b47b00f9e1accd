"""Products of matrices."""

from __future__ import annotations

import math
from typing import Any

from rung.core.call import apply
from rung.core.function import Function
from rung.core.samples import normal
from rung.core.variable import Variable
from rung.errors import ShapeError, message
from rung.functions.documented import documented
from rung.functions.view import reshape, swapaxes
from rung.shapes import Shape, broadcast, expect

__all__ = ["linear", "matmul"]


def swap(x: Any) -> Any:
    """The last two axes exchanged."""
    return x.T if x.ndim == 2 else swapaxes(x, -1, -2)


class MatMul(Function):
    """The product of the last two axes; the leading axes broadcast.

    A vector is a row on the left, a column on the right.

        Y = A @ B            dA = dY @ B.T            dB = A.T @ dY

    Shape: (..., n, k), (..., k, m) -> (..., n, m); (k,), (k,) -> ()

    >>> import numpy as np
    >>> matmul(np.ones((2, 3)), np.ones((3, 4))).shape
    (2, 4)
    """

    broadcasts = True
    multilinear = True

    def shape(self, a: Shape, b: Shape) -> Shape:
        expect(len(a) >= 1 and len(b) >= 1, "both must have at least one axis")
        inner = b[-2] if len(b) > 1 else b[0]
        expect(a[-1] == inner, "the last axis of a must equal the second-last axis of b")
        return (*broadcast(a[:-2], b[:-2]), *a[-2:-1], *(b[-1:] if len(b) > 1 else ()))

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.matmul(a, b)

    def grad_a(self, gy: Any, b: Any) -> Any:
        return gy @ swap(b)

    def grad_b(self, gy: Any, a: Any) -> Any:
        return swap(a) @ gy

    samples = [
        (normal(2, 3), normal(3, 4)), (normal(5, 2, 3), normal(3, 4)), (normal(5, 1, 2, 3), normal(4, 3, 2)),
        (normal(2, 0), normal(0, 3)),
    ]  # fmt: skip
    errors = [((2, 3), (2, 3)), ((2, 2, 3), (3, 3, 4)), ((), (2, 3))]


class Linear(Function):
    """An affine map of the last axis.

        Y = X @ W + b        dX = dY @ W.T            dW = X.T @ dY            db = sum of dY

    Shape: (..., in), (in, out), (out,) -> (..., out)
    """

    def shape(self, x: Shape, W: Shape, b: Shape) -> Shape:
        expect(len(x) >= 1 and len(W) == 2, "x must have an axis of features, and W two axes")
        expect(x[-1] == W[0], "the last axis of x must equal the first of W")
        expect(b == W[1:], "b must have one element for each column of W")
        return (*x[:-1], W[1])

    checks_shape = True

    def forward(self, xp: Any, x: Any, W: Any, b: Any) -> Any:
        y = xp.matmul(x, W)
        return xp.add(y, b, out=y) if y.dtype == b.dtype else y + b

    def grad_x(self, gy: Any, W: Any) -> Any:
        return gy @ W.T

    def grad_W(self, gy: Any, x: Any) -> Any:
        return _rows(x).T @ _rows(gy)

    def grad_b(self, gy: Any) -> Any:
        return gy.sum(axis=tuple(range(gy.ndim - 1)))

    samples = [(normal(2, 3), normal(3, 4), normal(4)), (normal(5, 2, 3), normal(3, 4), normal(4)),
               (normal(0, 3), normal(3, 4), normal(4)), (normal(3), normal(3, 4), normal(4))]  # fmt: skip
    errors = [((2, 3), (2, 3), (3,)), ((2, 3), (3, 4), (1, 4)), ((2, 3), (3, 4), (3,))]


def _rows(x: Any) -> Any:
    """All leading axes made one: (..., n) -> (rows, n)."""
    return x if x.ndim == 2 else x.reshape((math.prod(x.shape[:-1]), x.shape[-1]))


@documented(MatMul)
def matmul(a: Any, b: Any) -> Variable:
    row, column = _is_vector(a), _is_vector(b)
    if row or column:
        _check_product(a, b)
    if not (row or column):
        return apply(MatMul(), a, b)
    y = apply(MatMul(), reshape(a, (1, -1)) if row else a, reshape(b, (-1, 1)) if column else b)
    if column:
        y = reshape(y, y.shape[:-1])
    return reshape(y, (*y.shape[:-2], *y.shape[-1:]) if not column else y.shape[:-1]) if row else y


def _check_product(a: Any, b: Any) -> None:
    """Refuse what does not fit while the vectors still have the shapes that the caller gave them."""
    try:
        MatMul().shape(*[getattr(x, "shape", ()) for x in (a, b)])
    except ShapeError as error:
        raise ShapeError(message("matmul", str(error), a=a, b=b)) from None


def _is_vector(x: Any) -> bool:
    return len(getattr(x, "shape", ())) == 1


@documented(Linear)
def linear(x: Any, W: Any, b: Any = None) -> Variable:
    return matmul(x, W) if b is None else apply(Linear(), x, W, b)
