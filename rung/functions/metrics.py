"""What people read beside a loss: measures of how right predictions are. None has a derivative.

Predictions are scores (…, classes), of which the highest is the class that is predicted, or classes (…) themselves
where the function says so; labels are integers (…). Ignored labels do not count.
"""

from __future__ import annotations

from typing import Any

from rung.core.variable import Variable, as_variable
from rung.cuda import get_array_module, has_readable_values
from rung.errors import DTypeError, ShapeError, ValueRangeError, message
from rung.functions.documented import composed
from rung.functions.elementwise import cast, equal, greater, less, not_equal, where
from rung.functions.indexing import scatter_add, take_along_axis
from rung.functions.loss.terms import check_labels
from rung.functions.ordering import argmax
from rung.functions.reduction import sum
from rung.functions.view import expand_dims, reshape

__all__ = ["accuracy", "confusion_matrix", "f1_score", "precision", "recall", "top_k_accuracy"]

AVERAGES = ("macro", "micro", "weighted", "none")


@composed
def accuracy(y: Any, t: Any, ignore_label: int | None = None) -> Variable:
    """The share of rows whose highest score is at the label; a constant. Of no rows at all, NaN.

        mean(argmax(y) = t)

    Shape: y (..., classes), t (...) of integers -> ()

    Raises:
        ShapeError: t does not have one label for each row.
        DTypeError: the labels are not integers.
        ValueRangeError: a label is neither a class nor ignored.

    >>> import numpy as np
    >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    variable(0.5)
    """
    _check_rows("accuracy", y, t, ignore_label)
    return _share(equal(argmax(y, -1), t), y, t, ignore_label)


@composed
def top_k_accuracy(y: Any, t: Any, k: int = 5, ignore_label: int | None = None) -> Variable:
    """The share of rows whose label is among the k highest scores; a constant. Of no rows at all, NaN.

    Of equal scores the earlier class is the higher one, so with k = 1 this is `accuracy`.

    Shape: y (..., classes), t (...) of integers -> ()

    Raises:
        ValueRangeError: k is not from 1 to the number of classes.

    >>> import numpy as np
    >>> top_k_accuracy(np.array([[0.1, 0.6, 0.3], [0.5, 0.2, 0.3]]), np.array([2, 1]), k=2)
    variable(0.5)
    """
    _check_rows("top_k_accuracy", y, t, ignore_label)
    classes = y.shape[-1]
    if not 1 <= k <= classes:
        raise ValueRangeError(f"top_k_accuracy: k must be from 1 to the {classes} classes, but got {k!r}")
    place = expand_dims(t if ignore_label is None else where(not_equal(t, ignore_label), t, 0), -1)
    own = take_along_axis(y, place, -1)
    earlier = equal(y, own) * less(get_array_module(y).arange(classes), place)
    ahead = sum(cast(greater(y, own), int) + cast(earlier, int), -1)
    known = reshape(equal(own, own), t.shape)  # NaN is no score: nothing is ahead of it
    return _share(less(ahead, k) * known, y, t, ignore_label)


def _share(right: Any, y: Any, t: Any, ignored: int | None) -> Variable:
    counted = equal(t, t) if ignored is None else not_equal(t, ignored)
    number, total = (sum(cast(x, "float64")) for x in (right * counted, counted))
    share = where(total > 0, number / where(total > 0, total, 1.0), float("nan"))
    return cast(share, y.dtype if y.dtype.kind == "f" else "float32")


@composed
def confusion_matrix(y: Any, t: Any, classes: int | None = None, ignore_label: int | None = None) -> Variable:
    """How often each class (a row) was read as each class (a column); a constant.

        y[i, j] = the number of rows with label i that were predicted to be j

    Shape: y (..., classes) of scores, or y (...) of integers; t (...) of integers -> (classes, classes) of integers

    Args:
        classes: how many there are; by default as many as there are scores, or as the highest class asks for.

    Raises:
        ShapeError: t does not have one label for each prediction.
        DTypeError: the labels are not integers.
        ValueRangeError: a label or a prediction is not a class.

    >>> import numpy as np
    >>> confusion_matrix(np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1]))
    variable([[1 1]
              [0 2]])
    """
    return _confusion("confusion_matrix", y, t, classes, ignore_label)


@composed
def precision(
    y: Any, t: Any, average: str = "macro", classes: int | None = None, ignore_label: int | None = None
) -> Variable:
    """How many of the rows that were predicted to be of a class are of it; a constant.

        hits / predicted

    0 for a class that was never predicted. Averages: ``"macro"`` is the mean over the classes that occur, in labels
    or predictions, ``"weighted"`` the mean over the rows' own classes, ``"micro"`` takes all classes together, and
    ``"none"`` gives each class its value.

    Shape: as `confusion_matrix` -> (), or (classes,) with ``average="none"``

    >>> import numpy as np
    >>> precision(np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1]), average="none")
    variable([1.         0.66666667])
    """
    return _rate("precision", y, t, average, classes, ignore_label, of_predicted=1, of_actual=0)


@composed
def recall(
    y: Any, t: Any, average: str = "macro", classes: int | None = None, ignore_label: int | None = None
) -> Variable:
    """How many of the rows of a class were found; a constant.

        hits / actual

    0 for a class that no row has. Averages: as in `precision`.

    Shape: as `confusion_matrix` -> (), or (classes,) with ``average="none"``

    >>> import numpy as np
    >>> recall(np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1]), average="none")
    variable([0.5 1. ])
    """
    return _rate("recall", y, t, average, classes, ignore_label, of_predicted=0, of_actual=1)


@composed
def f1_score(
    y: Any, t: Any, average: str = "macro", classes: int | None = None, ignore_label: int | None = None
) -> Variable:
    """The harmonic mean of precision and recall; a constant.

        2 hits / (predicted + actual)

    0 for a class that does not occur. Averages: as in `precision`.

    Shape: as `confusion_matrix` -> (), or (classes,) with ``average="none"``

    >>> import numpy as np
    >>> f1_score(np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1]), average="none")
    variable([0.66666667 0.8       ])
    """
    return _rate("f1_score", y, t, average, classes, ignore_label, of_predicted=0.5, of_actual=0.5)


def _rate(
    op: str, y: Any, t: Any, average: str, classes: int | None, ignored: int | None,
    of_predicted: float, of_actual: float,
) -> Variable:  # fmt: skip
    if average not in AVERAGES:
        raise ValueRangeError(f"{op}: expected average to be one of {', '.join(AVERAGES)}, but got {average!r}")
    matrix = _confusion(op, y, t, classes, ignored)
    each = list(range(matrix.shape[0]))
    hits, predicted, actual = (cast(x, "float64") for x in (matrix[each, each], sum(matrix, 0), sum(matrix, 1)))
    candidates = of_predicted * predicted + of_actual * actual
    if average == "micro":
        return _ratio(sum(hits), sum(candidates))
    rates = _ratio(hits, candidates)
    if average == "none":
        return rates
    weights = actual if average == "weighted" else cast(predicted + actual > 0, "float64")
    return _ratio(sum(weights * rates), sum(weights))


def _ratio(a: Any, b: Any) -> Variable:
    return a / where(b > 0, b, 1.0)


def _confusion(op: str, y: Any, t: Any, classes: int | None, ignored: int | None) -> Variable:
    y, t = as_variable(y), as_variable(t)
    if y.ndim == t.ndim + 1:
        classes = y.shape[-1] if classes is None else classes
        y = argmax(y, -1)
    if y.shape != t.shape:
        raise ShapeError(message(op, "there must be one label for each prediction", y=y, t=t))
    classes = _highest(op, y, t, ignored) + 1 if classes is None else classes
    check_labels(op, t, classes, ignored)
    check_labels(op, y, classes)
    place = cast(t, int) * classes + cast(y, int)
    if ignored is not None:
        place = where(not_equal(t, ignored), place, classes * classes)  # one cell more, for what does not count
    place = reshape(place, (-1,))
    xp = get_array_module(place)
    counts = scatter_add(xp.zeros(classes * classes + 1, int), place, xp.ones(place.shape, int))
    return reshape(counts[:-1], (classes, classes))


def _highest(op: str, y: Any, t: Any, ignored: int | None) -> int:
    """The highest class that occurs; -1 if there is none."""
    if not (has_readable_values(y._data) and has_readable_values(t._data)):
        raise DTypeError(f"{op}: say how many classes there are, for nobody can look into these labels")
    counted = t._data if ignored is None else t._data[t._data != ignored]
    return max((int(x.max()) for x in (y._data, counted) if x.size), default=-1)


def _check_rows(op: str, y: Any, t: Any, ignored: int | None) -> None:
    if not getattr(y, "shape", ()):
        raise ShapeError(message(op, "y must have an axis of classes", y=y))
    check_labels(op, t, y.shape[-1], ignored)
    if t.shape != y.shape[:-1]:
        raise ShapeError(message(op, "there must be one integer label for each row of y", y=y, t=t))
