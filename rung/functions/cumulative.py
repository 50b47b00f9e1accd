"""Running totals: as many values as there were, each of all elements up to it."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.families import AlongAxis
from rung.core.samples import case, normal
from rung.core.variable import Variable, as_variable
from rung.dtypes import is_integer
from rung.functions.documented import composed, documented
from rung.functions.indexing import get_item
from rung.functions.joining import concat
from rung.functions.movement import flip
from rung.functions.reduction import sum
from rung.functions.view import reshape
from rung.shapes import normalize_axis

__all__ = ["cumprod", "cumsum"]


class CumSum(AlongAxis):
    """The sum of all elements up to each one, along an axis; without one, along all elements as one row.

        y[i] = x[0] + … + x[i]            dx[i] = dy[i] + … + dy[n - 1]

    Shape: any -> the same.

    >>> import numpy as np
    >>> cumsum(Variable(np.array([1.0, 2.0, 3.0])))
    variable([1. 3. 6.])
    """

    multilinear = True
    checks_shape = True

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.cumsum(x, axis=self.axis)

    def grad_x(self, gy: Any) -> Any:
        return flip(cumsum(flip(gy, self.axis), self.axis), self.axis)

    samples = [
        case(normal(4), axis=0),
        case(normal(3, 4), axis=-1),
        case(normal(2, 3, 4), axis=1),
        case(normal(0, 2)),
    ]
    errors = [case((3,), axis=1)]


@documented(CumSum)
def cumsum(x: Any, axis: int | None = None) -> Variable:
    return apply(CumSum(0), reshape(x, (-1,))) if axis is None else apply(CumSum(axis), x)


@composed
def cumprod(x: Any, axis: int | None = None) -> Variable:
    """The product of all elements up to each one, along an axis; without one, along all elements as one row.

        y[i] = x[0] * … * x[i]

    In log2(n) multiplications of whole arrays (Hillis and Steele, 1986), so that gradients are right at 0 too.

    Shape: any -> the same.

    >>> import numpy as np
    >>> cumprod(Variable(np.array([1.0, 2.0, 3.0])))
    variable([1. 2. 6.])
    """
    x = sum(x, ()) if is_integer(x) else x  # in the wide dtype that sums have
    y = as_variable(x) if axis is not None else reshape(x, (-1,))
    axis = normalize_axis(0 if axis is None else axis, y.ndim, "cumprod")
    shift = 1
    while shift < y.shape[axis]:
        first, rest = _cut(y, axis, slice(shift)), _cut(y, axis, slice(shift, None))
        y = concat([first, rest * _cut(y, axis, slice(-shift))], axis)
        shift *= 2
    return y


def _cut(x: Variable, axis: int, part: slice) -> Variable:
    return get_item(x, (*[slice(None)] * axis, part))
