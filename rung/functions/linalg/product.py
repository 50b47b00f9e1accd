"""Products of vectors, matrices and arrays of more axes."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rung.core.batch import all_batched
from rung.core.call import apply
from rung.core.families import Trailing
from rung.core.function import Function
from rung.core.samples import normal
from rung.core.variable import Variable
from rung.dtypes import as_operand
from rung.errors import ShapeError, message
from rung.functions.documented import composed, documented
from rung.functions.elementwise import mul
from rung.functions.view import expand_dims, reshape, swapaxes, transpose
from rung.shapes import Shape, as_shape, broadcast, expect, normalize_axes

__all__ = ["bilinear", "dot", "kron", "linear", "matmul", "outer", "tensordot", "vdot"]


def swap(x: Any) -> Any:
    """The last two axes exchanged."""
    return x.T if x.ndim == 2 else swapaxes(x, -1, -2)


class MatMul(Trailing):
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
        return by_rows(xp.matmul, a, b)

    def multiply_adds(self, a: Shape, b: Shape) -> int:  # type: ignore[override]
        return math.prod(self.shape(a, b)) * a[-1]

    def grad_a(self, gy: Any, b: Any) -> Any:
        return by_rows(operator.matmul, gy, swap(b))

    def grad_b(self, gy: Any, a: Any, b_shape: Shape) -> Any:
        return rows(a).T @ rows(gy) if len(b_shape) == 2 else swap(a) @ gy

    samples = [
        (normal(2, 3), normal(3, 4)), (normal(5, 2, 3), normal(3, 4)), (normal(5, 1, 2, 3), normal(4, 3, 2)),
        (normal(2, 0), normal(0, 3)),
    ]  # fmt: skip
    errors = [((2, 3), (2, 3)), ((2, 2, 3), (3, 3, 4)), ((), (2, 3))]


class Linear(Function):
    """An affine map of the last axis.

        Y = X @ W + b        dX = dY @ W.T            dW = X.T @ dY            db = sum of dY

    Shape: (..., in), (in, out), (out,) -> (..., out)

    >>> import numpy as np
    >>> linear(np.ones((1, 2)), Variable(np.eye(2)), np.array([10.0, 20.0]))
    variable([[11. 21.]])
    """

    def shape(self, x: Shape, W: Shape, b: Shape) -> Shape:
        expect(len(x) >= 1 and len(W) == 2, "x must have an axis of features, and W two axes")
        expect(x[-1] == W[0], "the last axis of x must equal the first of W")
        expect(b == W[1:], "b must have one element for each column of W")
        return (*x[:-1], W[1])

    checks_shape = True

    def multiply_adds(self, x: Shape, W: Shape, b: Shape) -> int:  # type: ignore[override]
        return math.prod(x) * W[1]

    def forward(self, xp: Any, x: Any, W: Any, b: Any) -> Any:
        y = by_rows(xp.matmul, x, W)
        return xp.add(y, b, out=y) if y.dtype == b.dtype else y + b

    def grad_x(self, gy: Any, W: Any) -> Any:
        return by_rows(operator.matmul, gy, W.T)

    def grad_W(self, gy: Any, x: Any) -> Any:
        return rows(x).T @ rows(gy)

    def grad_b(self, gy: Any) -> Any:
        return gy.sum(axis=tuple(range(gy.ndim - 1)))

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        x, W, b = inputs
        if batched == [True, False, False]:
            return self(x, W, b)
        x, W, b = all_batched(inputs, batched)
        rows = reshape(x, (len(x), math.prod(x.shape[1:-1]), x.shape[-1]))
        return reshape(apply(MatMul(), rows, W) + expand_dims(b, 1), (*x.shape[:-1], b.shape[-1]))

    samples = [(normal(2, 3), normal(3, 4), normal(4)), (normal(5, 2, 3), normal(3, 4), normal(4)),
               (normal(0, 3), normal(3, 4), normal(4)), (normal(3), normal(3, 4), normal(4))]  # fmt: skip
    errors = [((2, 3), (2, 3), (3,)), ((2, 3), (3, 4), (1, 4)), ((2, 3), (3, 4), (3,))]


def by_rows(matmul: Callable[..., Any], x: Any, W: Any) -> Any:
    """x @ W; with a matrix W, one product for all rows of x, which is faster than one for each matrix in it."""
    if np.ndim(x) <= 2 or np.ndim(W) != 2:
        return matmul(x, W)
    return matmul(rows(x), W).reshape((*x.shape[:-1], W.shape[-1]))


def rows(x: Any) -> Any:
    """All leading axes made one: (..., n) -> (rows, n)."""
    return x if x.ndim == 2 else x.reshape((math.prod(x.shape[:-1]), x.shape[-1]))


@documented(MatMul)
def matmul(a: Any, b: Any) -> Variable:
    row, column = is_vector(a), is_vector(b)
    if not (row or column):
        return apply(MatMul(), a, b)
    check_shapes("matmul", MatMul().shape, a=a, b=b)
    y = apply(MatMul(), reshape(a, (1, -1)) if row else a, reshape(b, (-1, 1)) if column else b)
    if column:
        y = reshape(y, y.shape[:-1])
    return reshape(y, (*y.shape[:-2], *y.shape[-1:]) if not column else y.shape[:-1]) if row else y


def check_shapes(op: str, rule: Callable[..., Any], **xs: Any) -> Any:
    """Ask a shape rule while all still have the shapes that the caller gave them; return what it says."""
    for x in xs.values():
        if not isinstance(x, Variable):
            as_operand(x, op)
    try:
        return rule(*[getattr(x, "shape", ()) for x in xs.values()])
    except ShapeError as error:
        raise ShapeError(message(op, str(error), **xs)) from None


def is_vector(x: Any) -> bool:
    return len(getattr(x, "shape", ())) == 1


@composed  # without b it is a matmul
@documented(Linear)
def linear(x: Any, W: Any, b: Any = None) -> Variable:
    return matmul(x, W) if b is None else apply(Linear(), x, W, b)


@composed
def tensordot(a: Any, b: Any, axes: int | tuple[int | Sequence[int], int | Sequence[int]] = 2) -> Variable:
    """Multiply, and sum over pairs of axes; the other axes of a stay in front of those of b.

        y[i, j] = sum over k of  a[i, k] b[k, j],      i, j and k standing for several axes

    Shape: a, b -> the rest of a, the rest of b.

    Args:
        axes: how many of the last axes of a go with as many of the first of b; or the axes of a and those of b.

    >>> import numpy as np
    >>> tensordot(np.ones((2, 3, 4)), np.ones((4, 3)), axes=((1, 2), (1, 0))).shape
    (2,)
    """
    order_a, order_b, k = check_shapes("tensordot", lambda a, b: _paired(axes, a, b), a=a, b=b)
    a, b = transpose(a, order_a), transpose(b, order_b)
    rest_a, rest_b = a.shape[: a.ndim - k], b.shape[k:]
    summed = math.prod(b.shape[:k])
    rows, columns = reshape(a, (math.prod(rest_a), summed)), reshape(b, (summed, math.prod(rest_b)))
    return reshape(matmul(rows, columns), (*rest_a, *rest_b))


def _paired(axes: Any, a: Shape, b: Shape) -> tuple[Shape, Shape, int]:
    """The orders that bring the axes to sum over to the end of a and the front of b, and how many they are."""
    if isinstance(axes, int):
        expect(0 <= axes <= min(len(a), len(b)), f"both must have the {axes} axes that are summed over")
        axes = range(len(a) - axes, len(a)), range(axes)
    left, right = map(as_shape, axes)
    normalize_axes(left, len(a))
    normalize_axes(right, len(b))
    left, right = tuple(i % len(a) for i in left), tuple(i % len(b) for i in right)
    expect([a[i] for i in left] == [b[i] for i in right], f"the axes {left} of a must equal the axes {right} of b")
    free_a, free_b = (i for i in range(len(a)) if i not in left), (i for i in range(len(b)) if i not in right)
    return (*free_a, *left), (*right, *free_b), len(left)


@composed
def dot(a: Any, b: Any) -> Variable:
    """Multiply by NumPy's rule for `dot`: the last axis of a with the second-last of b, or its only one.

        y[i, j] = sum over k of  a[i, k] b[k, j],      i and j standing for all other axes

    A number multiplies every element. For batches of matrices, take `matmul`.

    Shape: (..., k), (..., k, m) -> the rest of a, the rest of b;  (k,), (k,) -> ()

    >>> import numpy as np
    >>> dot(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    variable(11.0)
    """
    n, m = check_shapes("dot", _check_dot, a=a, b=b)
    if n == 0 or m == 0:
        return mul(a, b)
    return matmul(a, b) if m <= 2 else tensordot(a, b, (-1, -2))


def _check_dot(a: Shape, b: Shape) -> tuple[int, int]:
    fits = not a or not b or a[-1] == b[-2:][0]
    expect(fits, "the last axis of a must equal the second-last of b, or its only one")
    return len(a), len(b)


@composed
def vdot(a: Any, b: Any) -> Variable:
    """The sum of the products of all elements, whatever their axes.

        y = sum(a.flatten() b.flatten())

    Shape: two of the same size -> ()

    >>> import numpy as np
    >>> vdot(np.ones((2, 3)), np.ones((3, 2)))
    variable(6.0)
    """
    check_shapes("vdot", lambda a, b: expect(math.prod(a) == math.prod(b), "both must have the same size"), a=a, b=b)
    return matmul(reshape(a, (-1,)), reshape(b, (-1,)))


@composed
def outer(a: Any, b: Any) -> Variable:
    """Every element of a times every element of b.

        y[i, j] = a[i] b[j]

    Shape: any two, of sizes n and m -> (n, m)

    >>> import numpy as np
    >>> outer(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    variable([[3. 4.]
              [6. 8.]])
    """
    return reshape(a, (-1, 1)) * reshape(b, (1, -1))


@composed
def kron(a: Any, b: Any) -> Variable:
    """The Kronecker product: every element of a replaced by itself times all of b.

        y[i p + k, j q + l] = a[i, j] b[k, l],      b being p by q

    Shape: (n, m), (p, q) -> (n p, m q); likewise for other numbers of axes, the shorter shape filled up with ones.

    >>> import numpy as np
    >>> kron(np.array([1.0, 10.0]), np.array([1.0, 2.0]))
    variable([ 1.  2. 10. 20.])
    """
    p, q = check_shapes("kron", lambda a, b: (a, b), a=a, b=b)
    p, q = (1,) * (len(q) - len(p)) + p, (1,) * (len(p) - len(q)) + q
    blocks = reshape(a, [n for size in p for n in (size, 1)]) * reshape(b, [n for size in q for n in (1, size)])
    return reshape(blocks, [n * m for n, m in zip(p, q, strict=True)])


@composed
def bilinear(x1: Any, x2: Any, W: Any, b: Any = None) -> Variable:
    """A map of the last axes of two inputs that is linear in each of them.

        y[k] = sum over i, j of  x1[i] W[k, i, j] x2[j]  + b[k]

    Shape: (..., in1), (..., in2), (out, in1, in2), (out,) -> (..., out)

    >>> import numpy as np
    >>> bilinear(np.ones((5, 2)), np.ones((5, 3)), np.ones((4, 2, 3))).shape
    (5, 4)
    """
    check_shapes("bilinear", _check_bilinear, x1=x1, x2=x2, W=W, **({} if b is None else {"b": b}))
    *lead, n1 = x1.shape
    n2 = x2.shape[-1]
    pairs = reshape(reshape(x1, (*lead, n1, 1)) * reshape(x2, (*lead, 1, n2)), (*lead, n1 * n2))
    return linear(pairs, transpose(reshape(W, (W.shape[0], n1 * n2))), b)


def _check_bilinear(x1: Shape, x2: Shape, W: Shape, b: Shape | None = None) -> None:
    expect(len(x1) >= 1 and x1[:-1] == x2[:-1] and len(x2) >= 1, "x1 and x2 must be equal but for the last axis")
    expect(W[1:] == (x1[-1], x2[-1]), "W must have an axis of outputs, and the last axes of x1 and of x2")
    expect(b is None or b == W[:1], "b must have one element for each output")
