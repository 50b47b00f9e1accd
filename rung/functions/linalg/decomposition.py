"""Matrices taken apart into triangular, orthogonal and diagonal ones; and least squares by them.

Where a matrix has two equal eigenvalues or singular values, their vectors are not determined, and a gradient that
passes through the vectors is NaN. One through the values alone is right there too.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.core.call import apply
from rung.core.samples import Sample, normal
from rung.core.variable import Variable
from rung.cuda import has_readable_values
from rung.errors import ValueRangeError, message
from rung.functions.documented import composed, documented
from rung.functions.elementwise import equal, where
from rung.functions.indexing import get_item
from rung.functions.joining import concat
from rung.functions.linalg.parts import diagonal_matrix, tril
from rung.functions.linalg.product import check_shapes, is_vector, matmul, swap
from rung.functions.linalg.solving import FINITE, MatrixFunction, lapack, solve, square, well_conditioned
from rung.functions.view import reshape
from rung.shapes import Shape, broadcast, expect

__all__ = ["cholesky", "eigh", "lstsq", "qr", "svd"]


def with_eigenvalues(*shape: int, low: float, high: float) -> Sample:
    """Matrices whose symmetric part has eigenvalues in equal steps; the other part, which no op reads, is random."""

    def draw(rng: Any) -> Any:
        q, _ = np.linalg.qr(rng.standard_normal(shape))
        x = rng.standard_normal(shape)
        return q * np.linspace(low, high, shape[-1]) @ np.swapaxes(q, -1, -2) + x - np.swapaxes(x, -1, -2)

    return Sample(shape, draw)


def symmetric(x: Any) -> Any:
    """The symmetric part of every matrix."""
    return x / 2 + x.swapaxes(-1, -2) / 2


def row(x: Any) -> Any:
    """Vectors as matrices of one row."""
    return x.reshape((*x.shape[:-1], 1, x.shape[-1]))


def column(x: Any) -> Any:
    """Vectors as matrices of one column."""
    return x.reshape((*x.shape, 1))


def skew(x: Any) -> Any:
    """Every matrix less its transpose."""
    return x - swap(x)


class Cholesky(MatrixFunction):
    """The lower triangular L with L @ L.T = X, for symmetric positive definite matrices.

        P = L.T dL,   halved on the diagonal and 0 above it
        dX = symmetric part of  L^-T P L^-1

    Only the symmetric part (X + X.T) / 2 is read.

    Shape: (..., n, n) -> the same. Source: Murray, "Differentiation of the Cholesky decomposition", 2016.

    Raises:
        ValueRangeError: a matrix is not positive definite (found on the CPU only).

    >>> import numpy as np
    >>> cholesky(np.array([[4.0, 2.0], [2.0, 5.0]]))
    variable([[2. 0.]
              [1. 2.]])
    """

    needs = ("every matrix must be positive definite", "add a small multiple of the identity")

    def shape(self, x: Shape) -> Shape:
        return square(x)

    def forward(self, xp: Any, x: Any) -> Any:
        return lapack(lambda x: xp.linalg.cholesky(symmetric(x)), x)

    def grad_x(self, gy: Any, y: Any) -> Any:
        p = swap(y) @ gy
        p = (tril(p) + tril(p, -1)) / 2
        s = solve(swap(y), swap(solve(swap(y), p)))
        return (s + swap(s)) / 2

    samples = [
        with_eigenvalues(3, 3, low=0.5, high=2.0), with_eigenvalues(2, 4, 4, low=1.0, high=3.0),
        with_eigenvalues(1, 1, low=2.0, high=2.0), normal(0, 2, 2),
    ]  # fmt: skip
    errors = [((2, 3),), ((3,),)]


class Eigh(MatrixFunction):
    """The eigenvalues of symmetric matrices, ascending, and the eigenvectors, as columns: X = V diag(w) V.T

        F[i, j] = 1 / (w[j] - w[i]),  0 on the diagonal
        dX = V (diag(dw) + symmetric part of F * (V.T dV)) V.T

    Only the symmetric part (X + X.T) / 2 is read. Every eigenvector may as well have the other sign. Of equal
    eigenvalues the vectors may be any basis of their space: a gradient through the vectors is NaN there, and
    one through the values alone is right for what does not depend on their order, such as a sum of functions; but its
    own derivative, which passes through the vectors, is NaN again.

    Shape: (..., n, n) -> (..., n), (..., n, n).
    Source: Giles, "An extended collection of matrix derivative results", 2008.

    >>> import numpy as np
    >>> w, v = eigh(np.array([[2.0, 0.0], [0.0, 1.0]]))
    >>> w
    variable([1. 2.])
    """

    output_names = ("w", "v")
    needs = FINITE

    def shape(self, x: Shape) -> tuple[Shape, Shape]:
        return square(x)[:-1], x

    def forward(self, xp: Any, x: Any) -> Any:
        return lapack(lambda x: xp.linalg.eigh(symmetric(x)), x)

    def grad_x(self, w: Any, v: Any, gw: Any = None, gv: Any = None) -> Any:
        of_values = None if gw is None else v * row(gw) @ swap(v)
        if gv is None:
            return of_values
        of_vectors = v @ (skew(swap(v) @ gv) / (2 * _gaps(w, row(w) - column(w)))) @ swap(v)
        return of_vectors if of_values is None else of_values + of_vectors

    samples = [
        with_eigenvalues(3, 3, low=-1.0, high=2.0), with_eigenvalues(2, 4, 4, low=1.0, high=4.0),
        with_eigenvalues(1, 1, low=2.0, high=2.0), normal(0, 2, 2),
    ]  # fmt: skip
    errors = [((2, 3),), ((3,),)]


def _gaps(x: Any, differences: Any) -> Any:
    """The differences between every two of x, but 1 between one and itself, and NaN between two that are equal."""
    itself = diagonal_matrix(equal(x, x))
    return where(itself, 1.0, _nonzero(differences))


def _nonzero(x: Any) -> Any:
    """x as what is divided by: where it is 0, NaN."""
    return where(equal(x, 0), math.nan, x)


class Qr(MatrixFunction):
    """Orthonormal columns times an upper triangle: X = Q @ R, of k = min(n, m) columns and rows.

        M = R dR.T - dQ.T Q,   its lower triangle mirrored into the upper one
        dX = (dQ + Q M) R^-T

    For n < m, the first n columns are taken apart so, and the rest of R is Q.T times the rest of X. The derivative
    needs the first k columns to be independent. Every column of Q with its row of R may as well have the other sign.

    Shape: (..., n, m) -> (..., n, k), (..., k, m).
    Source: Walter and Lehmann, "Algorithmic differentiation of linear algebra functions", 2010.

    >>> import numpy as np
    >>> q, r = qr(np.array([[3.0, 1.0], [4.0, 2.0]]))
    >>> matmul(q, r).data.round(12)
    array([[3., 1.],
           [4., 2.]])
    """

    output_names = ("q", "r")
    needs = FINITE

    def shape(self, x: Shape) -> tuple[Shape, Shape]:
        expect(len(x) >= 2, "there must be at least two axes")
        expect(x[-2] >= x[-1], "there must be no more columns than rows")
        return x, (*x[:-2], x[-1], x[-1])

    def forward(self, xp: Any, x: Any) -> Any:
        return lapack(xp.linalg.qr, x)

    def grad_x(self, gq: Any, gr: Any, q: Any, r: Any) -> Any:
        m = r @ swap(gr) - swap(gq) @ q
        mirrored = tril(m) + swap(tril(m, -1))
        return swap(solve(r, swap(gq + q @ mirrored)))

    samples = [well_conditioned(3, 3), well_conditioned(2, 4, 3), well_conditioned(5, 1), normal(0, 2, 2)]
    errors = [((3,),), ((2, 3),)]


class Svd(MatrixFunction):
    """Every matrix as U @ diag(s) @ Vh, with orthonormal columns U and rows Vh, and s >= 0 descending.

        F[i, j] = 1 / (s[j] ** 2 - s[i] ** 2),  0 on the diagonal;     V = Vh.T,  S = diag(s)
        dX = U (F * (U.T dU - dU.T U) S + S F * (V.T dV - dV.T V) + diag(ds)) V.T
             + (1 - U U.T) dU S^-1 V.T + U S^-1 dV.T (1 - V V.T)

    The last two terms are those of tall and of wide matrices. Every column of U with its row of Vh may as well have
    the other sign. Of equal singular values the vectors may be any basis of their spaces: a gradient through the
    vectors is NaN there, and also where a value is 0 and the matrix is not square. One through the values alone is
    right for what does not depend on their order.

    Shape: (..., n, m) -> (..., n, k), (..., k), (..., k, m) with k = min(n, m).
    Source: Townsend, "Differentiating the singular value decomposition", 2016.

    >>> import numpy as np
    >>> u, s, vh = svd(np.array([[3.0, 0.0], [0.0, -4.0]]))
    >>> s
    variable([4. 3.])
    """

    output_names = ("u", "s", "vh")
    needs = FINITE

    def shape(self, x: Shape) -> tuple[Shape, Shape, Shape]:
        expect(len(x) >= 2, "there must be at least two axes")
        k = min(x[-2:])
        return (*x[:-1], k), (*x[:-2], k), (*x[:-2], k, x[-1])

    def forward(self, xp: Any, x: Any) -> Any:
        return lapack(lambda x: xp.linalg.svd(x, full_matrices=False), x)

    def grad_x(self, u: Any, s: Any, vh: Any, gu: Any = None, gs: Any = None, gvh: Any = None) -> Any:
        parts = []
        if gs is not None:
            parts.append(u * row(gs) @ vh)
        if gu is not None:
            parts.append(_through_left(u, s, vh, gu))
        if gvh is not None:
            parts.append(swap(_through_left(swap(vh), s, swap(u), swap(gvh))))
        return sum(parts[1:], parts[0])

    samples = [
        well_conditioned(3, 3), well_conditioned(2, 4, 2), well_conditioned(2, 4), well_conditioned(2, 1, 3, 3),
        normal(0, 2, 3),
    ]  # fmt: skip
    errors = [((3,),)]


def _through_left(u: Any, s: Any, vh: Any, gu: Any) -> Any:
    """The gradient that comes through the left vectors; that through the right ones is its mirror image."""
    inner = swap(u) @ gu
    gaps = _gaps(s, (row(s) - column(s)) * (row(s) + column(s)))
    g = u @ (skew(inner) / gaps * row(s))
    if u.shape[-2] > u.shape[-1]:
        g = g + (gu - u @ inner) / row(_nonzero(s))
    return g @ vh


@documented(Cholesky)
def cholesky(x: Any) -> Variable:
    return apply(Cholesky(), x)


@documented(Eigh)
def eigh(x: Any) -> tuple[Variable, Variable]:
    return apply(Eigh(), x)


@documented(Qr)
def qr(x: Any) -> tuple[Variable, Variable]:
    shape: Shape = getattr(x, "shape", ())
    if len(shape) < 2 or shape[-2] >= shape[-1]:
        return apply(Qr(), x)
    n = shape[-2]
    q, r = apply(Qr(), get_item(x, (..., slice(n))))
    rest = matmul(swap(q), get_item(x, (..., slice(n, None))))
    return q, concat([r, rest], -1)


@documented(Svd)
def svd(x: Any) -> tuple[Variable, Variable, Variable]:
    return apply(Svd(), x)


@composed
def lstsq(a: Any, b: Any) -> Variable:
    """The y for which a @ y is nearest to b; of several, the shortest. A vector b is one column.

        a = q @ r:    y = r^-1 q.T b          with more rows than columns, or as many
        a.T = q @ r:  y = q r^-T b            with fewer

    By orthogonal factors, the condition of a is not squared, as it is in the normal equations. The leading axes
    broadcast.

    Shape: (..., n, m), (..., n, k) -> (..., m, k);  (..., n, m), (n,) -> (..., m)

    Raises:
        ValueRangeError: the columns of a (with fewer rows than columns: the rows) are not independent.

    >>> import numpy as np
    >>> lstsq(np.array([[1.0], [1.0]]), np.array([1.0, 3.0])).data.round(12)
    array([2.])
    """
    check_shapes("lstsq", _check_lstsq, a=a, b=b)
    columns = reshape(b, (-1, 1)) if is_vector(b) else b
    tall = a.shape[-2] >= a.shape[-1]
    q, r = qr(a if tall else swap(a))
    _check_rank(r, a, b)
    y = solve(r, matmul(swap(q), columns)) if tall else matmul(q, solve(swap(r), columns))
    return reshape(y, y.shape[:-1]) if is_vector(b) else y


def _check_lstsq(a: Shape, b: Shape) -> None:
    expect(len(a) >= 2 and len(b) >= 1, "a must have at least two axes, and b one")
    rows = b[0] if len(b) == 1 else b[-2]
    expect(rows == a[-2], "b must have a row for each row of a")
    broadcast(a[:-2], b[:-2])


def _check_rank(r: Any, a: Any, b: Any) -> None:
    """Refuse matrices of less than full rank, as far as the diagonal of R tells and can be looked at."""
    array = getattr(r, "_data", r)
    if 0 in array.shape or not has_readable_values(array):
        return
    n = array.shape[-1]
    pivots = abs(array.reshape((*array.shape[:-2], n * n))[..., :: n + 1])
    smallest = np.finfo(array.dtype).eps * max(a.shape[-2:]) * pivots.max(axis=-1)
    if not bool((pivots.min(axis=-1) > smallest).all()):
        expected = "the columns of every matrix a (its rows, if they are fewer) must be independent"
        raise ValueRangeError(message("lstsq", expected, "leave out those that depend on others", a=a, b=b))
