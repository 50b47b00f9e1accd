"""How far predictions are from targets, or vectors from one another.

Every loss takes `reduction`: ``"batch"`` divides the sum by the size of the first axis, as the book does, ``"mean"``
divides it by the number of all terms, ``"sum"`` does not divide, and ``"none"`` leaves the terms as they are.
"""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.function import Function
from rung.core.samples import normal
from rung.core.variable import Variable
from rung.functions.activation import relu, softplus
from rung.functions.elementwise import absolute, clip, log, sqrt, square, where
from rung.functions.elementwise.selection import as_reals
from rung.functions.loss.terms import reduced, rows_of, same_shape
from rung.functions.reduction import sum
from rung.shapes import Shape, expect

__all__ = [
    "binary_cross_entropy", "cosine_similarity", "hinge", "huber", "kl_divergence", "mean_absolute_error",
    "mean_squared_error", "sigmoid_cross_entropy", "triplet",
]  # fmt: skip


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
        return (d * d).sum() / rows_of(a.shape)

    def grad_a(self, gy: Any, a: Any, b: Any) -> Any:
        return (a - b) * (gy * (2 / rows_of(a.shape)))

    def grad_b(self, gy: Any, a: Any, b: Any) -> Any:
        return (b - a) * (gy * (2 / rows_of(a.shape)))

    samples = [(normal(5, 3), normal(5, 3)), (normal(4), normal(4)), (normal(), normal())]
    errors = [((5, 1), (5,)), ((2, 3), (2, 4))]


def mean_squared_error(a: Any, b: Any, reduction: str = "batch") -> Variable:
    """The squared error; by default summed and divided by the size of the first axis, as in the book.

        terms = (a - b) ** 2

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``.

    >>> mean_squared_error(Variable(3.0), 1.0)
    variable(4.0)
    """
    if reduction == "batch":
        return apply(MeanSquaredError(), as_reals(a), as_reals(b))  # type: ignore[no-any-return]
    a, b = same_shape("mean_squared_error", a=a, b=b)
    return reduced(square(a - b), reduction, "mean_squared_error")


def mean_absolute_error(a: Any, b: Any, reduction: str = "mean") -> Variable:
    """The absolute error; the derivative where both are equal is 0.

        terms = |a - b|

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``.

    >>> mean_absolute_error(Variable(3.0), 1.0)
    variable(2.0)
    """
    a, b = same_shape("mean_absolute_error", a=a, b=b)
    return reduced(absolute(a - b), reduction, "mean_absolute_error")


def huber(a: Any, b: Any, delta: float = 1.0, reduction: str = "mean") -> Variable:
    """Squared where small, straight where large, so that an outlier pulls no harder than its neighbours.

        terms = d ** 2 / 2  if |d| <= delta  else  delta (|d| - delta / 2),      d = a - b

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``. Source: Huber, 1964.

    >>> huber(Variable(3.0), 1.0)
    variable(1.5)
    """
    a, b = same_shape("huber", a=a, b=b)
    d = absolute(a - b)
    inside = clip(d, high=delta)
    return reduced(inside * (d - inside / 2), reduction, "huber")


def sigmoid_cross_entropy(x: Any, t: Any, positive_weight: float = 1.0, reduction: str = "batch") -> Variable:
    """How surprised the sigmoid of scores is by targets from 0 to 1; stable however large the scores.

        terms = -w t log p - (1 - t) log(1 - p),      p = sigmoid(x),  w = positive_weight

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``.

    >>> round(sigmoid_cross_entropy(Variable(0.0), 1).item(), 4)
    0.6931
    """
    x, t = same_shape("sigmoid_cross_entropy", x=x, t=t)
    terms = (1 - t) * x + (1 + (positive_weight - 1) * t) * softplus(-x)
    return reduced(terms, reduction, "sigmoid_cross_entropy")


def binary_cross_entropy(p: Any, t: Any, reduction: str = "mean") -> Variable:
    """How surprised probabilities are by targets from 0 to 1; logarithms are kept above -100.

        terms = -t log p - (1 - t) log(1 - p)

    From scores, `sigmoid_cross_entropy` is exact where this one has to cut.

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``.

    >>> binary_cross_entropy(Variable(1.0), 1)
    variable(0.0)
    """
    p, t = same_shape("binary_cross_entropy", p=p, t=t)
    terms = -t * _safe_log(p) - (1 - t) * _safe_log(1 - p)
    return reduced(terms, reduction, "binary_cross_entropy")


def _safe_log(p: Any) -> Any:
    tiny = 3.7e-44  # exp(-100)
    return log(where(p > tiny, p, tiny))


def kl_divergence(log_q: Any, p: Any, reduction: str = "batch") -> Variable:
    """How much longer messages get if p is true and q is believed; q is given by its logarithm.

        terms = p (log p - log q)       0 where p = 0

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``.

    >>> kl_divergence(Variable(0.0), 1.0)
    variable(0.0)
    """
    log_q, p = same_shape("kl_divergence", log_q=log_q, p=p)
    return reduced(p * (log(where(p > 0, p, 1.0)) - log_q), reduction, "kl_divergence")


def hinge(x: Any, t: Any, reduction: str = "mean") -> Variable:
    """Scores on the wrong side of a margin; targets are -1 and 1.

        terms = max(1 - t x, 0)

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``.

    >>> hinge(Variable(0.25), 1)
    variable(0.75)
    """
    x, t = same_shape("hinge", x=x, t=t)
    return reduced(relu(1 - t * x), reduction, "hinge")


def cosine_similarity(a: Any, b: Any, axis: int = -1, eps: float = 1e-8) -> Variable:
    """The cosine of the angle between vectors along an axis; lengths count as at least `eps`.

        y = sum(a b) / (|a| |b|)

    Shape: two of the same shape -> theirs without `axis`.
    """
    a, b = same_shape("cosine_similarity", a=a, b=b)
    lengths = sqrt(clip(sum(a * a, axis), low=eps * eps)) * sqrt(clip(sum(b * b, axis), low=eps * eps))
    return sum(a * b, axis) / lengths


def triplet(anchor: Any, positive: Any, negative: Any, margin: float = 1.0, reduction: str = "mean") -> Variable:
    """An anchor should be nearer to its like than to another, by a margin. Source: Schroff et al., CVPR 2015.

        terms = max(|anchor - positive| - |anchor - negative| + margin, 0)

    Shape: three of the same shape (…, features) -> (), or (…) with ``reduction="none"``.
    """
    anchor, positive, negative = same_shape("triplet", anchor=anchor, positive=positive, negative=negative)
    near, far = _length(anchor - positive), _length(anchor - negative)
    return reduced(relu(near - far + margin), reduction, "triplet")


def _length(x: Any) -> Any:
    """The Euclidean length of the last axis, whose derivative at 0 is 0."""
    total = sum(x * x, -1)
    return sqrt(where(total > 0, total, 1.0)) * where(total > 0, 1.0, 0.0)
