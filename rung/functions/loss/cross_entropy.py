"""How surprised a softmax is by the labels."""

from __future__ import annotations

from typing import Any

from rung.core.batch import all_batched, as_rows
from rung.core.call import apply
from rung.core.function import Function
from rung.core.samples import case, labels, normal
from rung.core.variable import Variable
from rung.errors import DTypeError, ShapeError, ValueRangeError, message
from rung.functions.activation import log_softmax
from rung.functions.documented import composed, documented
from rung.functions.elementwise import cast, exp, not_equal, where
from rung.functions.elementwise.selection import as_reals
from rung.functions.indexing import take, take_along_axis
from rung.functions.loss.terms import check_labels, check_reduction, reduced, times_log
from rung.functions.reduction import mean, sum
from rung.functions.view import expand_dims, moveaxis, reshape
from rung.shapes import Shape, expect, normalize_axis

__all__ = ["nll", "one_hot", "softmax_cross_entropy"]

ONE_FOR_EACH = (
    "there must be one integer label for each row of x, so t has the shape of x without its axis of classes"
)


class OneHot(Function):
    """A 1 where the label is, 0 elsewhere; a constant.

    Shape: (...) -> (..., classes)

    Raises:
        DTypeError: the labels are not integers.
        ValueRangeError: a label is not a class.

    >>> import numpy as np
    >>> one_hot(np.array([2, 0]), 3)
    variable([[0. 0. 1.]
              [1. 0. 0.]], dtype=float32)
    """

    differentiable = False
    data_inputs = (0,)

    def __init__(self, classes: int, dtype: Any = "float32"):
        self.classes = classes
        self.dtype = dtype

    def shape(self, t: Shape) -> Shape:
        return (*t, self.classes)

    def forward(self, xp: Any, t: Any) -> Any:
        check_labels("one_hot", t, self.classes)
        return (t[..., None] == xp.arange(self.classes)).astype(self.dtype)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        return self(*inputs)

    samples = [case(labels(5, classes=3), classes=3), case(labels(2, 3, classes=4), classes=4)]


class SoftmaxCrossEntropy(Function):
    """The plain case, in one op: the mean over integer labels.

        p = softmax(x)        y = mean(-log p[t])        dx = (p - onehot(t)) dy / n

    The probabilities are a second output, which the derivative reads instead of computing them again.

    Shape: x (..., classes), t (...) of integers -> ()
    """

    output_names = ("y", "p")
    data_inputs = (1,)
    of_reals = True
    checks_shape = True

    def shape(self, x: Shape, t: Shape) -> tuple[Shape, Shape]:
        expect(len(x) >= 1 and x[-1] >= 1, "x must have an axis of classes")
        expect(t == x[:-1], ONE_FOR_EACH)
        return (), x

    def forward(self, xp: Any, x: Any, t: Any) -> Any:
        check_labels("softmax_cross_entropy", t, x.shape[-1])
        shifted = x - x.max(axis=-1, keepdims=True)
        p = xp.exp(shifted)
        total = p.sum(axis=-1, keepdims=True)
        p /= total
        chosen = xp.take_along_axis(shifted, t[..., None], -1) - xp.log(total)
        return -(chosen.mean() if chosen.size else chosen.sum()), p

    def grad_x(self, gy: Any, p: Any, t: Any, gp: Any = None) -> Any:
        n = p.size // p.shape[-1] if p.size else 1
        gx = (p - one_hot(t, p.shape[-1], p.dtype)) * (gy * (1 / n))  # n may be too large for float16
        if gp is not None:  # someone differentiates the derivative, which reads p
            g = p * gp
            gx = gx + g - p * g.sum(axis=-1, keepdims=True)
        return gx

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        x, t = all_batched(inputs, batched)
        log_p = log_softmax(x, -1)
        terms = as_rows(nll(log_p, t, reduction="none"))
        return sum(terms, 1) / (terms.shape[1] or 1), exp(log_p)

    samples = [
        (normal(5, 3), labels(5, classes=3)),
        (normal(2, 4, 3), labels(2, 4, classes=3)),
        (normal(3), labels(classes=3)),
    ]
    errors = [((5, 3), (5, 1)), ((5, 3), (4,))]


@documented(OneHot)
def one_hot(t: Any, classes: int, dtype: Any = "float32") -> Variable:
    return apply(OneHot(classes, dtype), t)


@composed
def softmax_cross_entropy(
    x: Any,
    t: Any,
    ignore_label: int | None = None,
    class_weights: Any = None,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
    axis: int = -1,
) -> Variable:
    """How surprised a softmax of the scores is by the labels: `nll` of their `log_softmax`.

        terms = -log softmax(x)[t]          dx = softmax(x) - onehot(t)

    Computed from the scores, so a confident mistake costs what it should and never infinity.

    Shape: x (..., classes), t (...) of integers or (..., classes) of floats -> (), or (...) with ``reduction="none"``

    Args and errors: as in `nll`.

    >>> import numpy as np
    >>> round(softmax_cross_entropy(np.zeros((2, 4)), np.array([0, 3])).item(), 4)
    1.3863
    """
    x = as_reals(x)
    plain = ignore_label is None and class_weights is None and not label_smoothing and reduction == "mean"
    if plain and not _are_probabilities(t, x):
        return apply(SoftmaxCrossEntropy(), x if axis == -1 else moveaxis(x, axis, -1), t)[0]  # type: ignore[no-any-return]
    options = (ignore_label, class_weights, label_smoothing, reduction, axis)
    return _nll("softmax_cross_entropy", log_softmax(x, axis), t, *options)


@composed
def nll(
    log_p: Any,
    t: Any,
    ignore_label: int | None = None,
    class_weights: Any = None,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
    axis: int = -1,
) -> Variable:
    """How surprised probabilities, given by their logarithms, are by the labels: the negative log likelihood.

        terms = -w[t] log p[t]                                labels
        terms = -sum(w t log p)                               probabilities t, of each class
        t'    = (1 - label_smoothing) t + label_smoothing / classes

    The mean of labels is weighted: the sum of terms over the sum of w[t]. Ignored labels count in neither, and where
    nothing counts the loss is 0, and so is its gradient.

    Shape: log_p (..., classes), t (...) of integers or (..., classes) of floats -> (), or (...) with
    ``reduction="none"``

    Args:
        ignore_label: the label of rows that do not count, such as padding; by default each label must be a class.
        class_weights: (classes,) how much each class counts.
        label_smoothing: how much of the target is spread evenly over all classes. Source: Szegedy et al., CVPR 2016.
        reduction: ``"mean"``, ``"sum"``, ``"batch"`` (the sum divided by the size of the first axis), ``"none"``.
        axis: where the classes are; t has no such axis if it holds labels.

    Raises:
        ShapeError: t does not have one label for each row.
        DTypeError: the labels are not integers.
        ValueRangeError: a label is neither a class nor ignored.

    >>> import numpy as np
    >>> log_p = np.log(np.array([[0.5, 0.5], [0.25, 0.75]]))
    >>> round(nll(log_p, np.array([0, -1]), ignore_label=-1).item(), 4)
    0.6931
    """
    return _nll("nll", as_reals(log_p), t, ignore_label, class_weights, label_smoothing, reduction, axis)


def _nll(op: str, log_p: Any, t: Any, ignored: int | None, weights: Any, smoothing: float, reduction: str,
         axis: int) -> Variable:  # fmt: skip
    check_reduction(reduction, op)
    if not 0 <= smoothing <= 1:
        raise ValueRangeError(f"{op}: label_smoothing must be from 0 to 1, but got {smoothing!r}")
    soft = _are_probabilities(t, log_p)
    if soft and ignored is not None:
        raise ValueRangeError(f"{op}: ignore_label needs integer labels, but t holds probabilities")
    _check(op, log_p, t, weights, soft, ignored, axis)
    if axis != -1:
        log_p, t = moveaxis(log_p, axis, -1), moveaxis(t, axis, -1) if soft else t
    weights = None if weights is None else cast(weights, log_p.dtype)
    if soft:
        return reduced(-_expected(log_p, t, weights, smoothing), reduction, op)
    counted = None if ignored is None else not_equal(t, ignored)
    if counted is not None:
        t = where(counted, t, 0)
    terms, counts = _of_labels(log_p, t, weights, smoothing)
    if counted is not None:
        terms, counts = where(counted, terms, 0.0), where(counted, 1.0 if counts is None else counts, 0.0)
        counts = cast(counts, log_p.dtype)
    if reduction != "mean" or counts is None or not terms.size:
        return reduced(terms, reduction, op)
    total = mean(counts)
    return mean(terms) / where(total > 0, total, 1.0)


def _of_labels(log_p: Any, t: Any, weights: Any, smoothing: float) -> tuple[Any, Any]:
    """The term of each label, and what it counts; None: as much as any other."""
    chosen = reshape(take_along_axis(log_p, expand_dims(t, -1), -1), t.shape)
    counts = None if weights is None else take(weights, t, 0)
    terms = chosen if counts is None else times_log(counts, chosen)
    if smoothing:
        spread = mean(log_p if weights is None else times_log(weights, log_p), -1)
        terms = (1 - smoothing) * terms + smoothing * spread
    return -terms, counts


def _expected(log_p: Any, t: Any, weights: Any, smoothing: float) -> Any:
    """The mean of the logarithms, with the classes as probable as t says."""
    if smoothing:
        t = (1 - smoothing) * t + smoothing / log_p.shape[-1]
    return sum(times_log(t if weights is None else t * weights, log_p), -1)


def _are_probabilities(t: Any, x: Any) -> bool:
    kind = getattr(getattr(t, "dtype", None), "kind", "")
    return kind == "f" and t.shape == x.shape


def _check(op: str, log_p: Any, t: Any, weights: Any, soft: bool, ignored: int | None, axis: int) -> None:
    shape = log_p.shape if hasattr(log_p, "shape") else ()
    if not shape:
        raise ShapeError(message(op, "there must be an axis of classes", x=log_p, t=t))
    axis = normalize_axis(axis, len(shape), op)
    if not soft:
        check_labels(op, t, shape[axis], ignored)
        if t.shape != shape[:axis] + shape[axis + 1 :]:
            raise ShapeError(message(op, ONE_FOR_EACH, x=log_p, t=t))
    if weights is not None and getattr(weights, "shape", None) != (shape[axis],):
        raise (ShapeError if hasattr(weights, "shape") else DTypeError)(
            message(op, f"class_weights must be an array of shape ({shape[axis]},)", class_weights=weights)
        )
