"""Systems of linear equations, inverses and determinants."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from rung.core.call import apply
from rung.core.families import Trailing
from rung.core.samples import Sample, normal
from rung.core.variable import Variable
from rung.errors import ValueRangeError, message
from rung.functions.documented import documented
from rung.functions.linalg.product import check_shapes, is_vector, swap
from rung.functions.view import reshape
from rung.shapes import Shape, broadcast, expect

__all__ = ["cofactor", "det", "inv", "slogdet", "solve"]


# What LAPACK needs of matrices, and the cure.
INVERTIBLE = ("every matrix must be invertible", "add a small multiple of the identity")
FINITE = ("every element must be finite", "")


def lapack(routine: Any, *xs: Any) -> Any:
    """Call a routine of LAPACK's, which knows no half precision: that is computed in single, and rounded."""
    half = np.result_type(*[x.dtype for x in xs]) == np.float16
    y = routine(*[_as_full_float(x) for x in xs])
    if isinstance(y, tuple):
        return tuple([part.astype(np.float16) for part in y]) if half else tuple(y)
    return y.astype(np.float16) if half else y


def _as_full_float(x: Any) -> Any:
    return x.astype(np.float32) if x.dtype == np.float16 else x


def well_conditioned(*shape: int) -> Sample:
    """Matrices whose singular values go from 2 down to 1 in equal steps."""

    def draw(rng: Any) -> Any:
        u, s, vh = np.linalg.svd(rng.standard_normal(shape), full_matrices=False)
        return u * np.linspace(2, 1, s.shape[-1]) @ vh

    return Sample(shape, draw)


def square(x: Shape) -> Shape:
    """The shape rule of batches of square matrices."""
    expect(len(x) >= 2 and x[-1] == x[-2], "the last two axes must be those of a square matrix")
    return x


class MatrixFunction(Trailing):
    """What is computed by LAPACK from each matrix of a batch."""

    checks_shape = True
    of_reals = True
    needs: ClassVar[tuple[str, str]] = INVERTIBLE  # what is said where LAPACK gives up

    def explain(self, error: Exception, arrays: list[Any]) -> Exception:
        if isinstance(error, np.linalg.LinAlgError):
            came = dict(zip(self.input_names, arrays, strict=True))
            return ValueRangeError(message(self.name, *self.needs, **came))
        return super().explain(error, arrays)


class Inv(MatrixFunction):
    """The inverse of every matrix. To multiply with it, `solve` is faster and more accurate.

        Y = X^-1                      dX = -Y.T dY Y.T

    Shape: (..., n, n) -> the same. Source: Giles, "An extended collection of matrix derivative results", 2008.

    Raises:
        ValueRangeError: a matrix is singular (found on the CPU only; on a GPU it gives infinity or NaN).

    >>> import numpy as np
    >>> inv(np.array([[2.0, 0.0], [0.0, 4.0]]))
    variable([[0.5  0.  ]
              [0.   0.25]])
    """

    def shape(self, x: Shape) -> Shape:
        return square(x)

    def forward(self, xp: Any, x: Any) -> Any:
        return lapack(xp.linalg.inv, x)

    def grad_x(self, gy: Any, y: Any) -> Any:
        return -(swap(y) @ gy @ swap(y))

    samples = [well_conditioned(3, 3), well_conditioned(2, 4, 4), well_conditioned(1, 1), normal(0, 2, 2)]
    errors = [((2, 3),), ((3,),)]


class Solve(MatrixFunction):
    """The solution of A @ Y = B for every matrix; the leading axes broadcast. A vector b is one column.

        Y = A^-1 B                    dB = A^-T dY            dA = -dB Y.T

    Shape: (..., n, n), (..., n, k) -> (..., n, k);  (..., n, n), (n,) -> (..., n)
    Source: Giles, "An extended collection of matrix derivative results", 2008.

    Raises:
        ValueRangeError: a matrix is singular (found on the CPU only; on a GPU it gives infinity or NaN).

    >>> import numpy as np
    >>> solve(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([2.0, 2.0]))
    variable([1.  0.5])
    """

    broadcasts = True

    def shape(self, a: Shape, b: Shape) -> Shape:
        square(a)
        expect(len(b) >= 2 and b[-2] == a[-1], "b must have a row for each row of a")
        return (*broadcast(a[:-2], b[:-2]), *b[-2:])

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        lead = broadcast(a.shape[:-2], b.shape[:-2])
        a, b = (xp.broadcast_to(x, (*lead, *x.shape[-2:])) for x in (a, b))
        return lapack(xp.linalg.solve, a, b)

    def grad_a(self, gy: Any, a: Any, y: Any) -> Any:
        return -(solve(swap(a), gy) @ swap(y))

    def grad_b(self, gy: Any, a: Any) -> Any:
        return solve(swap(a), gy)

    samples = [
        (well_conditioned(3, 3), normal(3, 2)), (well_conditioned(2, 3, 3), normal(2, 3, 1)),
        (well_conditioned(2, 1, 3, 3), normal(4, 3, 2)), (well_conditioned(2, 3, 3), normal(3, 2)),
        (well_conditioned(3, 3), normal(3, 3)), (well_conditioned(2, 2), normal(2, 0)),
    ]  # fmt: skip
    errors = [((2, 3), (2, 1)), ((3, 3), (2, 1)), ((3, 3), (3,)), ((2, 3, 3), (3, 3, 1))]


class Det(MatrixFunction):
    """The determinant of every matrix. Of large matrices it overflows; `slogdet` does not.

        y = det X                     dX = dy cofactor(X)         (= dy y X^-T, where there is an inverse)

    The first derivative is right for singular matrices too; those of higher order need an inverse.

    Shape: (..., n, n) -> (...). Source: Giles, "An extended collection of matrix derivative results", 2008.

    >>> import numpy as np
    >>> round(det(np.array([[2.0, 0.0], [7.0, 4.0]])).item(), 6)
    8.0
    """

    def shape(self, x: Shape) -> Shape:
        return square(x)[:-2]

    def forward(self, xp: Any, x: Any) -> Any:
        return lapack(xp.linalg.det, x)

    def grad_x(self, gy: Any, x: Any) -> Any:
        return per_matrix(gy) * cofactor(x)

    samples = [well_conditioned(3, 3), well_conditioned(2, 4, 4), normal(1, 1), normal(0, 2, 2), normal(2, 3, 2, 2)]
    errors = [((2, 3),), ((3,),)]


class Cofactor(MatrixFunction):
    """The derivative of the determinant by each element: that of the matrix without its row and column, signed.

        Y = det(X) X^-T  = det(U V.T) U diag(products of the other singular values) V.T
        dX = <Y, dY> X^-T - X^-T dY.T Y

    It is computed by the second formula, from X = U S V.T, which holds for singular matrices too. The derivative
    needs an inverse.

    Shape: (..., n, n) -> the same.

    >>> import numpy as np
    >>> cofactor(np.array([[1.0, 2.0], [3.0, 4.0]])).data.round(12)
    array([[ 4., -3.],
           [-2.,  1.]])
    """

    needs = FINITE

    def shape(self, x: Shape) -> Shape:
        return square(x)

    def forward(self, xp: Any, x: Any) -> Any:
        def cofactors(x: Any) -> Any:
            u, s, vh = xp.linalg.svd(x)
            others = xp.where(xp.eye(x.shape[-1], dtype=bool), 1, s[..., None, :]).prod(axis=-1)
            sign = xp.linalg.det(u) * xp.linalg.det(vh)
            return (u * (sign[..., None] * others)[..., None, :]) @ vh

        return lapack(cofactors, x)

    def grad_x(self, gy: Any, x: Any, y: Any) -> Any:
        inverse = swap(inv(x))
        return (y * gy).sum(axis=(-2, -1), keepdims=True) * inverse - inverse @ swap(gy) @ y

    samples = [well_conditioned(3, 3), well_conditioned(2, 4, 4), well_conditioned(1, 1), normal(0, 2, 2)]
    errors = [((2, 3),), ((3,),)]


class SlogDet(MatrixFunction):
    """The sign of every determinant, and the logarithm of its absolute value, which does not overflow.

        sign, y = sign(det X), log |det X|            dX = dy X^-T

    Of a singular matrix they are 0 and -infinity, and there is no derivative. The sign has derivative 0.

    Shape: (..., n, n) -> (...), (...).
    Source: Giles, "An extended collection of matrix derivative results", 2008.

    >>> import numpy as np
    >>> slogdet(np.array([[-1.0, 0.0], [0.0, 1.0]]))
    (variable(-1.0), variable(0.0))
    """

    output_names = ("sign", "y")

    def shape(self, x: Shape) -> tuple[Shape, Shape]:
        return square(x)[:-2], x[:-2]

    def forward(self, xp: Any, x: Any) -> Any:
        return lapack(xp.linalg.slogdet, x)

    def grad_x(self, gy: Any, x: Any) -> Any:
        return per_matrix(gy) * swap(inv(x))

    samples = [well_conditioned(3, 3), well_conditioned(2, 4, 4), well_conditioned(1, 1), normal(0, 2, 2)]
    errors = [((2, 3),), ((3,),)]


def per_matrix(x: Any) -> Any:
    """One number for each matrix, such that it broadcasts against the matrices."""
    return x.reshape((*x.shape, 1, 1))


@documented(Inv)
def inv(x: Any) -> Variable:
    return apply(Inv(), x)


@documented(Solve)
def solve(a: Any, b: Any) -> Variable:
    if not is_vector(b):
        return apply(Solve(), a, b)
    check_shapes("solve", lambda a, b: Solve().shape(a, (*b, 1)), a=a, b=b)
    y = apply(Solve(), a, reshape(b, (-1, 1)))
    return reshape(y, y.shape[:-1])


@documented(Det)
def det(x: Any) -> Variable:
    return apply(Det(), x)


@documented(Cofactor)
def cofactor(x: Any) -> Variable:
    return apply(Cofactor(), x)


@documented(SlogDet)
def slogdet(x: Any) -> tuple[Variable, Variable]:
    return apply(SlogDet(), x)
