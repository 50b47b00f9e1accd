"""How near vectors are to one another, and losses that bring like ones together and keep others apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.core.variable import Variable
from rung.errors import ShapeError, message
from rung.functions.activation import relu
from rung.functions.documented import composed
from rung.functions.elementwise import clip, square, where
from rung.functions.loss.terms import check_values, reduced, same_shape
from rung.functions.reduction import norm, sum
from rung.shapes import normalize_axes

__all__ = ["contrastive", "cosine_embedding", "cosine_similarity", "triplet"]


@composed
def cosine_similarity(a: Any, b: Any, axis: int = -1, eps: float = 1e-8) -> Variable:
    """The cosine of the angle between vectors along an axis; lengths count as at least `eps`.

        y = sum(a b) / (|a| |b|)

    Shape: two of the same shape -> theirs without `axis`.

    >>> import numpy as np
    >>> cosine_similarity(np.array([3.0, 0.0]), np.array([3.0, 4.0]))
    variable(0.6)
    """
    a, b = _vectors("cosine_similarity", axis, a=a, b=b)
    return sum(_unit(a, axis, eps) * _unit(b, axis, eps), axis)


def _unit(x: Any, axis: int, eps: float) -> Any:
    """Vectors of length 1: made so before they are multiplied, for the product of long ones would overflow."""
    smallest = max(eps, float(np.finfo(x.dtype).tiny))
    return x / clip(norm(x, axis, keepdims=True), low=smallest)


@composed
def cosine_embedding(a: Any, b: Any, t: Any, margin: float = 0.0, reduction: str = "mean") -> Variable:
    """Pairs that belong together (t = 1) should point the same way, others (t = -1) be turned from each other.

        terms = 1 - cos  if t = 1  else  max(cos - margin, 0)

    Shape: a and b of the same shape (…, features), t (…) -> (), or (…) with ``reduction="none"``.

    Raises:
        ValueRangeError: a target is neither -1 nor 1.

    >>> import numpy as np
    >>> cosine_embedding(np.array([3.0, 0.0]), np.array([3.0, 4.0]), 1)
    variable(0.4)
    """
    a, b = _vectors("cosine_embedding", -1, a=a, b=b)
    t = _pairs("cosine_embedding", a, t, (-1, 1))
    cosine = cosine_similarity(a, b)
    return reduced(where(t > 0, 1 - cosine, relu(cosine - margin)), reduction, "cosine_embedding")


@composed
def contrastive(a: Any, b: Any, t: Any, margin: float = 1.0, reduction: str = "mean") -> Variable:
    """Pairs that belong together (t = 1) should be near, others (t = 0) at least a margin apart.

        terms = d ** 2 / 2  if t = 1  else  max(margin - d, 0) ** 2 / 2,      d = |a - b|

    The derivative where two that do not belong together coincide is 0. The paper's Y is 1 - t.

    Shape: a and b of the same shape (…, features), t (…) -> (), or (…) with ``reduction="none"``.
    Source: Hadsell, Chopra, LeCun, CVPR 2006

    Raises:
        ValueRangeError: a target is neither 0 nor 1.

    >>> import numpy as np
    >>> contrastive(np.zeros((2, 2)), np.array([[3.0, 4.0], [0.0, 0.5]]), np.array([1, 0]), reduction="none")
    variable([12.5    0.125])
    """
    a, b = _vectors("contrastive", -1, a=a, b=b)
    t = _pairs("contrastive", a, t, (0, 1))
    d = a - b
    terms = where(t > 0, sum(d * d, -1), square(relu(margin - norm(d, -1)))) / 2
    return reduced(terms, reduction, "contrastive")


@composed
def triplet(anchor: Any, positive: Any, negative: Any, margin: float = 1.0, reduction: str = "mean") -> Variable:
    """An anchor should be nearer to its like than to another, by a margin; of coinciding ones the derivative is 0.

        terms = max(|anchor - positive| - |anchor - negative| + margin, 0)

    Shape: three of the same shape (…, features) -> (), or (…) with ``reduction="none"``.
    Source: Schroff et al., CVPR 2015

    >>> import numpy as np
    >>> triplet(np.zeros(2), np.array([3.0, 4.0]), np.array([0.0, 2.0]))
    variable(4.0)
    """
    anchor, positive, negative = _vectors("triplet", -1, anchor=anchor, positive=positive, negative=negative)
    near, far = norm(anchor - positive, -1), norm(anchor - negative, -1)
    return reduced(relu(near - far + margin), reduction, "triplet")


def _vectors(op: str, axis: int, **arrays: Any) -> list[Any]:
    values = same_shape(op, **arrays)
    if not getattr(values[0], "shape", ()):
        raise ShapeError(message(op, "there must be vectors, with an axis of features", **arrays))
    normalize_axes(axis, len(values[0].shape))
    return values


def _pairs(op: str, a: Any, t: Any, allowed: tuple[int, int]) -> Any:
    """The targets, if there is one for each pair."""
    if getattr(t, "shape", ()) != a.shape[:-1]:
        raise ShapeError(message(op, "there must be one target for each pair of vectors", a=a, t=t))
    check_values(op, f"targets must be {allowed[0]} or {allowed[1]}", t, allowed)
    return t
