"""Ops that make one value of many, along chosen axes."""

from __future__ import annotations

import math
from typing import Any

from rung.core.call import apply
from rung.core.families import Reduction
from rung.core.samples import case, distinct, extreme, mask, normal, scalar
from rung.core.variable import Variable, as_variable
from rung.dtypes import is_integer
from rung.errors import ShapeError, message
from rung.functions.documented import composed, documented
from rung.functions.elementwise import absolute, cast, equal, exp, sqrt, where
from rung.functions.elementwise.selection import as_reals, safely
from rung.functions.view import broadcast_to, reshape, transpose
from rung.shapes import Axis, Shape, dropped, kept, normalize_axes

__all__ = ["average", "all", "any", "logsumexp", "max", "mean", "min", "norm", "prod", "std", "sum", "var"]

_EVERY_AXIS = [
    normal(3, 4), case(normal(3, 4), axis=0), case(normal(2, 3, 4), axis=(0, -1)), scalar(2.0),
    case(normal(3, 4), axis=-1, keepdims=True), case(normal(3, 4), keepdims=True), case(normal(2, 0, 3), axis=2),
]  # fmt: skip


class Sum(Reduction):
    """The sum along axes.

        y = sum(x)                    dx = dy, spread over the axes that were summed

    >>> import numpy as np
    >>> sum(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=1, keepdims=True)
    variable([[3.]
              [7.]])
    """

    multilinear = True

    def forward(self, xp: Any, x: Any) -> Any:
        return x.sum(axis=self.axis, keepdims=self.keepdims)

    def grad_x(self, gy: Any, x_shape: Shape) -> Any:
        return broadcast_to(self.spread(gy, x_shape), x_shape)

    samples = [*_EVERY_AXIS, normal(0, 3)]


class Mean(Reduction):
    """The mean along axes; of no elements at all, NaN.

        y = sum(x) / n                dx = dy / n, spread over the axes

    >>> import numpy as np
    >>> mean(np.array([[1.0, 3.0], [5.0, 7.0]]), axis=0)
    variable([3. 5.])
    """

    multilinear = True

    def forward(self, xp: Any, x: Any) -> Any:
        if not x.size:  # NumPy would warn
            return xp.full(self.shape(x.shape), math.nan, x.dtype if x.dtype.kind == "f" else None)
        return x.mean(axis=self.axis, keepdims=self.keepdims)

    def grad_x(self, gy: Any, x_shape: Shape) -> Any:
        n = math.prod(x_shape[axis] for axis in normalize_axes(self.axis, len(x_shape)))
        return broadcast_to(self.spread(gy, x_shape) * (1 / (n or 1)), x_shape)  # n may be too large for float16

    samples = _EVERY_AXIS


class Max(Reduction):
    """The largest element along axes; ties share the gradient evenly.

        y = max(x)                    dx = dy [x = y] / (how many are equal to y)

    >>> import numpy as np
    >>> max(np.array([[1.0, 3.0], [5.0, 2.0]]), axis=1)
    variable([3. 5.])
    """

    needs_elements = True

    def forward(self, xp: Any, x: Any) -> Any:
        return x.max(axis=self.axis, keepdims=self.keepdims)

    def grad_x(self, gy: Any, x: Any, y: Any, x_shape: Shape) -> Any:
        largest = cast(equal(x, self.spread(y, x_shape)), gy.dtype)
        ties = largest.sum(axis=self.axis, keepdims=True)
        return largest * (self.spread(gy, x_shape) / ties)

    samples = [
        distinct(3, 4),
        case(distinct(3, 4), axis=-1),
        case(distinct(2, 3, 4), axis=(0, 2), keepdims=True),
    ]
    errors = [((0,),)]


class Min(Max):
    """The smallest element along axes; ties share the gradient evenly.

        y = min(x)                    dx = dy [x = y] / (how many are equal to y)

    >>> import numpy as np
    >>> min(np.array([[1.0, 3.0], [5.0, 2.0]]), axis=1)
    variable([1. 2.])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return x.min(axis=self.axis, keepdims=self.keepdims)


class LogSumExp(Reduction):
    """The logarithm of the sum of exponentials along axes: a smooth maximum, without overflow.

        y = log(sum(exp(x)))          dx = dy exp(x - y)

    >>> import numpy as np
    >>> logsumexp(np.array([1000.0, 0.0]))
    variable(1000.0)
    """

    needs_elements = True
    of_reals = True

    def forward(self, xp: Any, x: Any) -> Any:
        top = x.max(axis=self.axis, keepdims=True)
        top = xp.where(xp.isfinite(top), top, 0)
        y = xp.log(xp.exp(x - top).sum(axis=self.axis, keepdims=True)) + top
        return y.reshape(self.shape(x.shape))

    def grad_x(self, gy: Any, x: Any, y: Any, x_shape: Shape) -> Any:
        y = self.spread(y, x_shape)
        p = exp(x - where(equal(y, -math.inf), 0.0, y))
        total = p.sum(axis=self.axis, keepdims=True)  # 1 but for rounding, of which a large y has much
        return p / where(equal(total, 0), 1.0, total) * self.spread(gy, x_shape)

    samples = [
        normal(3, 4), case(normal(2, 3, 4), axis=(0, -1)), case(normal(3, 4), axis=-1, keepdims=True), scalar(2.0),
        case(extreme(), axis=0),
    ]  # fmt: skip
    errors = [((0,),)]


class Truth(Reduction):
    """Whether elements are other than 0; a constant."""

    differentiable = False
    samples = [
        mask(3, 4), case(mask(3, 4), axis=0), case(normal(2, 3, 4), axis=(0, -1), keepdims=True), normal(0, 3),
    ]  # fmt: skip


class AnyTrue(Truth):
    """Whether any element is other than 0, along axes; a constant.

    >>> import numpy as np
    >>> any(np.array([[1, 0], [0, 0]]), axis=1)
    variable([ True False])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return x.any(axis=self.axis, keepdims=self.keepdims)


class AllTrue(Truth):
    """Whether all elements are other than 0, along axes; a constant.

    >>> import numpy as np
    >>> all(np.array([True, False]))
    variable(False)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return x.all(axis=self.axis, keepdims=self.keepdims)


@documented(Sum)
def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    return apply(Sum(axis, keepdims), x)


@documented(Mean)
def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    return apply(Mean(axis, keepdims), x)


@documented(Max)
def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    return apply(Max(axis, keepdims), x)


@documented(Min)
def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    return apply(Min(axis, keepdims), x)


@documented(LogSumExp)
def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    return apply(LogSumExp(axis, keepdims), x)


@documented(AnyTrue)
def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    return apply(AnyTrue(axis, keepdims), x)


@documented(AllTrue)
def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    return apply(AllTrue(axis, keepdims), x)


@composed
def average(x: Any, axis: Axis = None, weights: Any = None, keepdims: bool = False) -> Variable:
    """The mean along axes, in which elements count by their weights.

        y = sum(w x) / sum(w)

    Shape, axis, keepdims: as in `mean`; the weights have the shape of x, or are a vector for the one axis given.

    >>> import numpy as np
    >>> average(Variable(np.array([1.0, 4.0])), weights=np.array([2.0, 1.0]))
    variable(2.0)
    """
    shape = getattr(x, "shape", ())
    axes = normalize_axes(axis, len(shape), "average")
    if weights is None:
        return mean(x, axis, keepdims)
    given = getattr(weights, "shape", ())
    if given != shape:
        if len(axes) != 1 or given != (shape[axes[0]],):
            raise ShapeError(
                message(
                    "average", "weights must have the shape of x, or be a vector for the axis", x=x, weights=weights
                )
            )
        weights = reshape(weights, [n if i in axes else 1 for i, n in enumerate(shape)])
    x = as_reals(x)
    return mean(x * weights, axis, keepdims) / mean(broadcast_to(weights, shape), axis, keepdims)


@composed
def var(x: Any, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Variable:
    """The variance along axes.

        y = sum((x - mean(x)) ** 2) / (n - ddof)

    Shape, axis, keepdims: as in `sum`. With `ddof=1` the estimate from a sample is unbiased.

    >>> import numpy as np
    >>> var(np.array([1.0, 2.0, 3.0]))
    variable(0.6666666666666666)
    """
    shape = getattr(x, "shape", ())
    n = math.prod(shape[i] for i in normalize_axes(axis, len(shape), "var"))
    d = x - mean(x, axis, keepdims=True)
    return mean(d * d, axis, keepdims) * (n / (n - ddof) if n > ddof else math.nan)


@composed
def std(x: Any, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Variable:
    """The standard deviation along axes: the square root of `var`; the derivative where it is 0 is NaN.

    Shape, axis, keepdims: as in `sum`.

    >>> import numpy as np
    >>> std(np.array([1.0, 3.0]))
    variable(1.0)
    """
    return sqrt(var(x, axis, keepdims, ddof))


@composed
def norm(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The Euclidean length along axes; its derivative at 0 is 0.

        y = sqrt(sum(x ** 2))

    Shape, axis, keepdims: as in `sum`.

    >>> import numpy as np
    >>> norm(np.array([3.0, 4.0]))
    variable(5.0)
    """
    x = as_variable(as_reals(x))
    if not x.size:
        return sum(x, axis, keepdims)
    # Divided by the largest first, for squares overflow early; the result has none of it, so it is a constant.
    top = max(absolute(x), axis, keepdims=True).detach()
    top = where((top > 0) * (top < math.inf), top, 1.0)
    unit = x / top
    total = sum(unit * unit, axis, keepdims)
    return reshape(top, total.shape) * safely(sqrt, total, equal(total, 0))


@composed
def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The product along axes, by halves, so that the gradient is right where elements are 0 too.

    Shape, axis, keepdims: as in `sum`; the product of nothing is 1.

    >>> import numpy as np
    >>> prod(np.array([2.0, 3.0, 4.0]))
    variable(24.0)
    """
    x = sum(x, ()) if is_integer(x) else x  # in the wide dtype that sums have
    shape = getattr(x, "shape", ())
    axes = normalize_axes(axis, len(shape), "prod")
    rest = [i for i in range(len(shape)) if i not in axes]
    n = math.prod(shape[i] for i in axes)
    rows = reshape(transpose(x, [*axes, *rest]), (n, *[shape[i] for i in rest]))
    left = None
    while n > 1:
        half = n // 2
        if n % 2:
            left = rows[n - 1] if left is None else left * rows[n - 1]
        rows, n = rows[:half] * rows[half : 2 * half], half
    product = (rows[0] if n else sum(rows, 0) + 1) if left is None else rows[0] * left
    return reshape(product, kept(shape, axes) if keepdims else dropped(shape, axes))
