"""Comparisons, the larger of two, one or the other, another dtype."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.core.call import apply
from rung.core.families import Elementwise
from rung.core.samples import away_from, case, extreme, mask, normal, scalar
from rung.core.variable import Variable
from rung.dtypes import REAL_KINDS, is_integer
from rung.errors import DTypeError
from rung.functions.documented import documented

__all__ = [
    "cast", "clip", "equal", "greater", "greater_equal", "less", "less_equal", "maximum", "minimum", "not_equal",
    "where",
]  # fmt: skip


class Comparison(Elementwise):
    """A boolean for every element; a constant, since it has no derivative.

    Shape: any two that broadcast -> the broadcast shape.
    """

    differentiable = False
    samples = [(normal(3, 4), normal(3, 4)), (normal(3, 1), 0.0)]
    errors = [((2, 3), (2, 4))]


class Greater(Comparison):
    """Whether `a > b`, for every element; a constant. Shape: any two that broadcast -> the broadcast shape.

    >>> import numpy as np
    >>> greater(np.array([1.0, 2.0]), 1.0)
    variable([False  True])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a > b


class GreaterEqual(Comparison):
    """Whether `a >= b`, for every element; a constant. Shape: any two that broadcast -> the broadcast shape.

    >>> import numpy as np
    >>> greater_equal(np.array([1.0, 2.0]), 2.0)
    variable([False  True])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a >= b


class Less(Comparison):
    """Whether `a < b`, for every element; a constant. Shape: any two that broadcast -> the broadcast shape.

    >>> import numpy as np
    >>> less(np.array([1.0, 2.0]), 2.0)
    variable([ True False])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a < b


class LessEqual(Comparison):
    """Whether `a <= b`, for every element; a constant. Shape: any two that broadcast -> the broadcast shape.

    >>> import numpy as np
    >>> less_equal(np.array([1.0, 2.0]), 1.0)
    variable([ True False])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a <= b


class Equal(Comparison):
    """Whether `a == b`, for every element; a constant. Shape: any two that broadcast -> the broadcast shape.

    >>> import numpy as np
    >>> equal(np.array([1.0, 2.0]), 2.0)
    variable([False  True])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a == b


class NotEqual(Comparison):
    """Whether `a != b`, for every element; a constant. Shape: any two that broadcast -> the broadcast shape.

    >>> import numpy as np
    >>> not_equal(np.array([1.0, 2.0]), 2.0)
    variable([ True False])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a != b


@documented(Greater)
def greater(a: Any, b: Any) -> Variable:
    return apply(Greater(), a, b)


@documented(GreaterEqual)
def greater_equal(a: Any, b: Any) -> Variable:
    return apply(GreaterEqual(), a, b)


@documented(Less)
def less(a: Any, b: Any) -> Variable:
    return apply(Less(), a, b)


@documented(LessEqual)
def less_equal(a: Any, b: Any) -> Variable:
    return apply(LessEqual(), a, b)


@documented(Equal)
def equal(a: Any, b: Any) -> Variable:
    return apply(Equal(), a, b)


@documented(NotEqual)
def not_equal(a: Any, b: Any) -> Variable:
    return apply(NotEqual(), a, b)


class Maximum(Elementwise):
    """The larger of two; a tie shares the gradient evenly.

        y = max(a, b)        dy/da = [a > b] + [a = b] / 2        dy/db = 1 - dy/da

    Shape: any two that broadcast -> the broadcast shape.

    >>> import numpy as np
    >>> maximum(np.array([1.0, 4.0]), 2.0)
    variable([2. 4.])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.maximum(a, b)

    def grad_a(self, gy: Any, a: Any, b: Any) -> Any:
        return where(greater(a, b), gy, where(equal(a, b), gy / 2, 0))

    def grad_b(self, gy: Any, a: Any, b: Any) -> Any:
        return where(less(a, b), gy, where(equal(a, b), gy / 2, 0))

    samples = [(normal(3, 4), normal(3, 4)), (normal(3, 1), normal(4)), (away_from(3), 0)]
    errors = [((2, 3), (2, 4))]


class Minimum(Elementwise):
    """The smaller of two; a tie shares the gradient evenly.

        y = min(a, b)        dy/da = [a < b] + [a = b] / 2        dy/db = 1 - dy/da

    Shape: any two that broadcast -> the broadcast shape.

    >>> import numpy as np
    >>> minimum(np.array([1.0, 4.0]), 2.0)
    variable([1. 2.])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.minimum(a, b)

    def grad_a(self, gy: Any, a: Any, b: Any) -> Any:
        return where(less(a, b), gy, where(equal(a, b), gy / 2, 0))

    def grad_b(self, gy: Any, a: Any, b: Any) -> Any:
        return where(greater(a, b), gy, where(equal(a, b), gy / 2, 0))

    samples = [(normal(3, 4), normal(3, 4)), (normal(3, 1), normal(4)), (away_from(3), 0)]
    errors = [((2, 3), (2, 4))]


class Clip(Elementwise):
    """Keep within bounds; the gradient passes where x is within them, the bounds included.

        y = min(max(x, low), high)        dy/dx = [low <= x <= high]

    Shape: any -> the same.

    Args:
        low: the lower bound; None for none.
        high: the upper bound; None for none.

    >>> import numpy as np
    >>> clip(np.array([-1.0, 0.5, 3.0]), 0, 1)
    variable([0.  0.5 1. ])
    """

    def __init__(self, low: float | None = None, high: float | None = None):
        self.low = -math.inf if low is None else low
        self.high = math.inf if high is None else high

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.clip(x, self.low, self.high)

    def dx(self, x: Any) -> Any:
        return (x >= self.low) * (x <= self.high)

    samples = [
        case(away_from(3, 4, corner=0.5), low=0.5),
        case(away_from(3, 4), low=0.0, high=50.0),
        case(extreme(), high=1.0),
    ]


class Where(Elementwise):
    """Choose between two, element by element.

        y = a where condition else b

    Shape: any three that broadcast -> the broadcast shape.

    >>> import numpy as np
    >>> where(np.array([True, False]), 1.0, Variable(np.array([5.0, 6.0])))
    variable([1. 6.])
    """

    data_inputs = (0,)

    def forward(self, xp: Any, condition: Any, a: Any, b: Any) -> Any:
        return xp.where(condition, a, b)

    def grad_a(self, gy: Any, condition: Any) -> Any:
        return where(condition, gy, 0)

    def grad_b(self, gy: Any, condition: Any) -> Any:
        return where(condition, 0, gy)

    errors = [((2,), (2, 3), (2, 3))]
    samples = [
        (mask(3, 4), normal(3, 4), normal(3, 4)), (mask(3, 1), normal(4), scalar(1.0)), (mask(3, 4), normal(3, 4), 0),
    ]  # fmt: skip


def safely(f: Any, x: Any, bad: Any, fill: float = 0.0) -> Any:
    """f(x), but `fill` where x is bad, with a derivative of 0 there: f never sees what is bad.

    Selecting after f alone would not do, since its infinite derivative, times 0, is NaN.
    """
    return where(bad, fill, f(where(bad, 1.0, x)))


def as_reals(x: Any) -> Any:
    """Integers and booleans as float64, where an op would wrap around or round; all else as it is."""
    return cast(x, "float64") if is_integer(x) else x


@documented(Maximum)
def maximum(a: Any, b: Any) -> Variable:
    return apply(Maximum(), a, b)


@documented(Minimum)
def minimum(a: Any, b: Any) -> Variable:
    return apply(Minimum(), a, b)


@documented(Clip)
def clip(x: Any, low: float | None = None, high: float | None = None) -> Variable:
    return apply(Clip(low, high), x)


@documented(Where)
def where(condition: Any, a: Any, b: Any) -> Variable:
    return apply(Where(), condition, a, b)


class Cast(Elementwise):
    """The same values in another dtype; the gradient comes back in the dtype of the input.

    A cast to integers or booleans is flat, so its result is a constant.

    Shape: any -> the same.

    >>> import numpy as np
    >>> cast(Variable(np.array([1.5, 2.5])), "float32")
    variable([1.5 2.5], dtype=float32)
    """

    def __init__(self, dtype: Any):
        self.dtype = np.dtype(dtype)
        if self.dtype.kind not in REAL_KINDS:
            raise DTypeError(f"cast: expected a dtype of real numbers, but got {self.dtype}")
        self.differentiable = self.dtype.kind == "f"  # type: ignore[misc]

    def forward(self, xp: Any, x: Any) -> Any:
        return x.astype(self.dtype)

    dx = 1

    samples = [case(normal(3, 4), dtype="float64")]


@documented(Cast)
def cast(x: Any, dtype: Any) -> Variable:
    return apply(Cast(dtype), x)
