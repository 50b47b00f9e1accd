"""How far predictions are from targets.

Every loss with terms takes `reduction`: ``"batch"`` divides the sum by the size of the first axis, as the book does,
``"mean"`` divides it by the number of all terms, ``"sum"`` does not divide, and ``"none"`` leaves the terms as they
are. A loss of no terms at all is 0.
"""

from __future__ import annotations

from typing import Any

from rung.core.batch import all_batched, as_rows
from rung.core.call import apply
from rung.core.function import Function
from rung.core.samples import normal
from rung.core.variable import Variable
from rung.errors import ValueRangeError
from rung.functions.activation import relu
from rung.functions.documented import composed
from rung.functions.elementwise import absolute, clip, square
from rung.functions.loss.terms import as_floats, check_values, reduced, rows_of, same_shape
from rung.functions.reduction import sum
from rung.shapes import Shape, expect

__all__ = ["hinge", "huber", "mean_absolute_error", "mean_squared_error"]


class MeanSquaredError(Function):
    """The squared error, summed over everything and divided by the size of the first axis, in one op.

        y = sum((a - b) ** 2) / n         da = 2 (a - b) dy / n         db = -da

    Shape: two of the same shape (n, …) -> ()
    """

    checks_shape = True

    def shape(self, a: Shape, b: Shape) -> Shape:
        expect(a == b, "both must have the same shape")
        return ()

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        d = (a - b).reshape(-1)
        # By the mean, which in half precision is there where the sum has overflowed.
        return (d * d).mean() * (d.size / rows_of(a.shape)) if d.size else d.sum()

    def grad_a(self, gy: Any, a: Any, b: Any) -> Any:
        return (a - b) * (gy * (2 / rows_of(a.shape)))

    def grad_b(self, gy: Any, a: Any, b: Any) -> Any:
        return (b - a) * (gy * (2 / rows_of(a.shape)))

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        a, b = all_batched(inputs, batched)
        return sum(as_rows(square(a - b)), 1) / rows_of(a.shape[1:])

    samples = [(normal(5, 3), normal(5, 3)), (normal(4), normal(4)), (normal(), normal())]
    errors = [((5, 1), (5,)), ((2, 3), (2, 4))]


@composed
def mean_squared_error(a: Any, b: Any, reduction: str = "batch") -> Variable:
    """The squared error; by default summed and divided by the size of the first axis, as in the book.

        terms = (a - b) ** 2

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``.

    >>> mean_squared_error(Variable(3.0), 1.0)
    variable(4.0)
    """
    if reduction == "batch":
        return apply(MeanSquaredError(), *as_floats(a, b))  # type: ignore[no-any-return]
    a, b = same_shape("mean_squared_error", a=a, b=b)
    return reduced(square(a - b), reduction, "mean_squared_error")


@composed
def mean_absolute_error(a: Any, b: Any, reduction: str = "mean") -> Variable:
    """The absolute error; the derivative where both are equal is 0.

        terms = |a - b|

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``.

    >>> mean_absolute_error(Variable(3.0), 1.0)
    variable(2.0)
    """
    a, b = same_shape("mean_absolute_error", a=a, b=b)
    return reduced(absolute(a - b), reduction, "mean_absolute_error")


@composed
def huber(a: Any, b: Any, delta: float = 1.0, reduction: str = "mean") -> Variable:
    """Squared where small, straight where large, so that an outlier pulls no harder than its neighbours.

        terms = d ** 2 / 2  if |d| <= delta  else  delta (|d| - delta / 2),      d = a - b

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``. Source: Huber, 1964.

    Raises:
        ValueRangeError: delta is not above 0.

    >>> huber(Variable(3.0), 1.0)
    variable(1.5)
    """
    if not delta > 0:
        raise ValueRangeError(f"huber: delta must be above 0, but got {delta!r}")
    a, b = same_shape("huber", a=a, b=b)
    d = a - b
    inside = clip(d, -delta, delta)
    return reduced(inside * (d - inside / 2), reduction, "huber")


@composed
def hinge(x: Any, t: Any, reduction: str = "mean") -> Variable:
    """Scores on the wrong side of a margin; targets are -1 and 1.

        terms = max(1 - t x, 0)

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``.

    Raises:
        ValueRangeError: a target is neither -1 nor 1.

    >>> hinge(Variable(0.25), 1)
    variable(0.75)
    """
    x, t = same_shape("hinge", x=x, t=t)
    check_values("hinge", "targets must be -1 or 1", t, (-1, 1))
    return reduced(relu(1 - t * x), reduction, "hinge")
