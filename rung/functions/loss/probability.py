"""How surprised probabilities are by what happened, or by other probabilities."""

from __future__ import annotations

from typing import Any

from rung.core.variable import Variable
from rung.errors import ShapeError, message
from rung.functions.activation import softplus
from rung.functions.documented import composed
from rung.functions.elementwise import cast, clip, equal, log
from rung.functions.elementwise.selection import safely
from rung.functions.loss.terms import check_values, reduced, same_shape, times_log

__all__ = ["binary_cross_entropy", "kl_divergence", "sigmoid_cross_entropy"]


@composed
def sigmoid_cross_entropy(x: Any, t: Any, positive_weight: Any = 1.0, reduction: str = "batch") -> Variable:
    """How surprised the sigmoid of scores is by targets from 0 to 1; exact however large the scores.

        terms = -w t log p - (1 - t) log(1 - p),      p = sigmoid(x),  w = positive_weight

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``.

    Args:
        positive_weight: how much the positive side counts; a number, or an array with one for each of the last axis.

    >>> round(sigmoid_cross_entropy(Variable(0.0), 1).item(), 4)
    0.6931
    """
    x, t = same_shape("sigmoid_cross_entropy", x=x, t=t)
    check_values("sigmoid_cross_entropy", "targets must be from 0 to 1", t, (0, 1), between=True)
    # Each side by its own softplus: (1 - t) x + softplus(-x) would cancel where the scores are sure and right.
    terms = _positive_weight(positive_weight, x) * t * softplus(-x) + (1 - t) * softplus(x)
    return reduced(terms, reduction, "sigmoid_cross_entropy")


def _positive_weight(weight: Any, x: Any) -> Any:
    if not hasattr(weight, "dtype"):
        return weight
    shape = getattr(x, "shape", ())
    if weight.shape not in ((), shape[-1:]):
        raise ShapeError(
            message("sigmoid_cross_entropy", "positive_weight must be one number, or one for each of the last axis",
                    x=x, positive_weight=weight)
        )  # fmt: skip
    return cast(weight, x.dtype) if shape else weight


@composed
def binary_cross_entropy(p: Any, t: Any, reduction: str = "mean") -> Variable:
    """How surprised probabilities are by targets from 0 to 1; logarithms are kept above -100, and are flat there.

        terms = -t log p - (1 - t) log(1 - p)

    From scores, `sigmoid_cross_entropy` is exact where this one has to cut.

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``.

    Raises:
        ValueRangeError: something in p is no probability.

    >>> binary_cross_entropy(Variable(1.0), 1)
    variable(0.0)
    """
    p, t = same_shape("binary_cross_entropy", p=p, t=t)
    check_values("binary_cross_entropy", "probabilities must be from 0 to 1", p, (0, 1), between=True)
    check_values("binary_cross_entropy", "targets must be from 0 to 1", t, (0, 1), between=True)
    terms = -t * _cut_log(p) - (1 - t) * _cut_log(1 - p)
    return reduced(terms, reduction, "binary_cross_entropy")


def _cut_log(p: Any) -> Any:
    # The logarithm never sees a 0: its infinite derivative, times the 0 of what is not chosen, would be NaN.
    return safely(lambda p: clip(log(p), low=-100.0), p, equal(p, 0), fill=-100.0)


@composed
def kl_divergence(log_q: Any, p: Any, reduction: str = "batch") -> Variable:
    """How much longer messages get if p is true and q is believed; q is given by its logarithm.

        terms = p (log p - log q)       0 where p = 0

    Shape: two of the same shape -> (), or theirs with ``reduction="none"``.

    >>> kl_divergence(Variable(0.0), 1.0)
    variable(0.0)
    """
    log_q, p = same_shape("kl_divergence", log_q=log_q, p=p)
    terms = p * safely(log, p, equal(p, 0)) - times_log(p, log_q)
    return reduced(terms, reduction, "kl_divergence")
