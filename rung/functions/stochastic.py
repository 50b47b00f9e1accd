"""Functions that draw random numbers, from the generators that `rung.seed` owns.

Inside `vmap` every example gets numbers of its own. Where a draw is moved and scaled by parameters (`normal`,
`uniform`, `gumbel_softmax`), gradients pass to the parameters; the other draws are constants.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rung.config import current_mode, get_default_dtype
from rung.core.batch import drawn
from rung.core.variable import Variable, as_variable, constant
from rung.cuda import get_array_module, has_readable_values
from rung.dtypes import NUMBERS, as_operand
from rung.errors import DTypeError, ShapeError, ValueRangeError, message
from rung.functions.activation import softmax
from rung.functions.documented import composed
from rung.functions.elementwise import cast, less, log, mul, neg
from rung.functions.indexing import take
from rung.functions.loss.cross_entropy import one_hot
from rung.functions.ordering import argmax
from rung.functions.view import moveaxis
from rung.random import generator
from rung.shapes import Shape, as_shape, broadcast, normalize_axis

__all__ = [
    "bernoulli", "categorical", "dropout", "gumbel_softmax", "multinomial", "normal", "permutation", "uniform",
]  # fmt: skip


@composed
def dropout(x: Any, dropout_ratio: float = 0.5) -> Variable:
    """In training, zero each element with a probability and scale up the others; in test mode, do nothing.

        y = x * mask / (1 - ratio)       each mask element is 0 with probability `ratio`, else 1

    Shape: any -> the same. Source: Srivastava et al., JMLR 2014.

    Raises:
        ValueRangeError: the ratio is not in [0, 1).

    >>> import rung
    >>> with rung.test_mode():
    ...     dropout(Variable(3.0))
    variable(3.0)
    """
    if not 0 <= dropout_ratio < 1:
        raise ValueRangeError(f"dropout: the ratio must be in [0, 1), but got {dropout_ratio}")
    x = as_variable(x)
    if not current_mode().train or dropout_ratio == 0:
        return x
    keep, xp = 1 - dropout_ratio, get_array_module(x)
    dtype = _float_dtype(x)

    def draw(shape: Shape) -> Any:
        return (generator(xp).random(shape, dtype=xp.float32) < keep).astype(dtype) / keep

    return mul(x, drawn(draw, x.shape))


@composed
def uniform(low: Any = 0.0, high: Any = 1.0, shape: Any = None, dtype: Any = None) -> Variable:
    """Equally likely everywhere from `low` to `high`; gradients pass to both.

        y = low + (high - low) u,       u uniform in [0, 1)

    Rounding may give `high` itself, in half precision above all.

    Shape: low and high, broadcast, and to `shape` if it is given -> the broadcast shape.

    >>> import rung
    >>> rung.seed(0); bool(uniform(2.0, 3.0) >= 2)
    True
    """
    u = _noise("uniform", lambda rng, n, dtype: rng.random(n, dtype=dtype), shape, dtype, low, high)
    return u if _is(low, 0) and _is(high, 1) else u * (high - low) + low


@composed
def normal(mean: Any = 0.0, std: Any = 1.0, shape: Any = None, dtype: Any = None) -> Variable:
    """Normally distributed; gradients pass to the mean and the standard deviation.

        y = mean + std e,       e standard normal

    Shape: mean and std, broadcast, and to `shape` if it is given -> the broadcast shape.
    Source of the gradients, as reparametrisation: Kingma and Welling, ICLR 2014.

    >>> normal(shape=(2, 3)).shape
    (2, 3)
    """
    e = _noise("normal", lambda rng, n, dtype: rng.standard_normal(n, dtype=dtype), shape, dtype, mean, std)
    return e if _is(mean, 0) and _is(std, 1) else e * std + mean


@composed
def bernoulli(p: Any = 0.5, shape: Any = None, dtype: Any = None) -> Variable:
    """Ones with probability p, zeros otherwise; a constant.

    Shape: p, broadcast to `shape` if it is given -> the broadcast shape.

    >>> bernoulli(1.0, shape=3)
    variable([1. 1. 1.], dtype=float32)
    """
    check_probabilities("bernoulli", as_variable(p))
    u = _noise("bernoulli", lambda rng, n, dtype: rng.random(n, dtype=dtype), shape, dtype, p)
    return cast(less(u, p), u.dtype)


@composed
def categorical(scores: Any, axis: int = -1) -> Variable:
    """A label for each row of scores, as likely as their softmax says; a constant.

        y = argmax(scores + g),         g = -log(-log(u)), u uniform in (0, 1)

    Shape: any -> without `axis`. From probabilities, take their logarithm. Source: Gumbel, 1954.

    >>> import numpy as np
    >>> categorical(np.array([0.0, 100.0, 0.0]))
    variable(1)
    """
    scores = as_variable(scores)
    axis = normalize_axis(axis, scores.ndim, "categorical")
    return argmax(scores + _gumbel(scores), axis)


@composed
def multinomial(n: int, p: Any, dtype: Any = int) -> Variable:
    """How often each class comes up in n draws, for each row of probabilities; a constant.

    Class after class, from a binomial distribution of the draws that are left.

    Shape: p (..., classes) -> the same.

    Raises:
        ValueRangeError: n is negative, or the probabilities of a row do not sum to 1.

    >>> import numpy as np
    >>> multinomial(5, np.array([0.0, 1.0]))
    variable([0 5])
    """
    p = as_variable(p)
    if not p.ndim:
        raise ShapeError(message("multinomial", "expected an axis of classes", p=p))
    check_probabilities("multinomial", p, sums_to_one=True)
    if not hasattr(n, "__index__") or n < 0:
        raise ValueRangeError(f"multinomial: expected a number of draws n of at least 0, but got {n!r}")
    if not has_readable_values(p._data):
        raise DTypeError("multinomial: inside vmap it cannot draw; give it all rows of probabilities at once")
    xp, kind = get_array_module(p), np.dtype(dtype)
    rows, left = moveaxis(p, -1, 0)._data.astype(float), xp.full(p.shape[:-1], n)
    rest = rows[::-1].cumsum(axis=0)[::-1]  # what is left for a class and those after it
    counts = []
    for row, total in zip(rows, rest, strict=True):
        share = xp.where(total > 0, row / xp.where(total > 0, total, 1), 0).clip(0, 1)
        counts.append(xp.asarray(generator(xp).binomial(left, share)))
        left = left - counts[-1]
    counts[-1] = counts[-1] + left  # rounding may leave some over
    return constant(xp.stack(counts, axis=-1).astype(kind))


@composed
def gumbel_softmax(scores: Any, temperature: float = 1.0, hard: bool = False, axis: int = -1) -> Variable:
    """A soft choice of one class, through which gradients pass.

        y = softmax((scores + g) / temperature),       g = -log(-log(u)), u uniform in (0, 1)

    Shape: any -> the same. Source: Jang et al., ICLR 2017; Maddison et al., ICLR 2017.

    Args:
        temperature: the lower, the nearer to a hard choice.
        hard: exactly one 1 in each row, with the gradient of the soft choice.

    >>> import numpy as np
    >>> gumbel_softmax(np.array([0.0, 100.0, 0.0]), hard=True)
    variable([0. 1. 0.])
    """
    if not temperature > 0:
        raise ValueRangeError(f"gumbel_softmax: expected a temperature above 0, but got {temperature!r}")
    scores = as_variable(scores)
    axis = normalize_axis(axis, scores.ndim, "gumbel_softmax")
    y = softmax((scores + _gumbel(scores)) / temperature, axis)
    if not hard:
        return y
    chosen = moveaxis(one_hot(argmax(y, axis), y.shape[axis], y.dtype), -1, axis)
    return chosen - y.detach() + y


@composed
def permutation(x: Any) -> Variable:
    """The numbers from 0 to n - 1 in random order; or of an array, the rows in random order, with their gradients.

    Shape: n -> (n,);  (n, …) -> the same.

    >>> import rung
    >>> sorted(permutation(3).tolist())
    [0, 1, 2]
    """
    if hasattr(x, "__index__") and not getattr(x, "ndim", 0) and not isinstance(x, bool) and x >= 0:
        return drawn(lambda shape: _orders(np, shape), (x,))
    x = as_variable(x)
    if not x.ndim:
        raise ShapeError(message("permutation", "expected an integer of at least 0, or at least one axis", x=x))
    return take(x, drawn(lambda shape: _orders(get_array_module(x), shape), x.shape[:1]), 0)


def _is(x: Any, number: float) -> bool:
    return type(x) in NUMBERS and x == number


def _orders(xp: Any, shape: Shape) -> Any:
    """Random orders along the last axis."""
    return generator(xp).random(shape).argsort(axis=-1)


def _noise(op: str, draw: Callable[..., Any], shape: Any, dtype: Any, *parameters: Any) -> Variable:
    """Random numbers of the shape that the parameters broadcast to, on their device."""
    operands: list[Any] = [x if isinstance(x, Variable) else as_operand(x, op) for x in parameters]
    arrays = [x for x in operands if type(x) not in NUMBERS]
    xp = get_array_module(arrays[0]) if arrays else np
    try:
        full = broadcast(
            *[tuple(getattr(x, "shape", ())) for x in parameters], () if shape is None else as_shape(shape)
        )
    except ShapeError as error:
        raise ShapeError(message(op, str(error), **{f"parameter_{i}": x for i, x in enumerate(arrays)})) from None
    kind = np.dtype(dtype or (_float_dtype(arrays[0]) if arrays else get_default_dtype()))
    if kind.kind != "f":
        raise DTypeError(f"{op}: expected a dtype of floats, but got {kind}")
    drawable = kind if kind != np.float16 else np.dtype(np.float32)  # the generators know no half precision
    return drawn(lambda n: draw(generator(xp), n, drawable.type).astype(kind), full)


def _gumbel(scores: Variable) -> Variable:
    u = _noise("gumbel", lambda rng, n, dtype: 1 - rng.random(n, dtype=dtype), None, None, scores)  # in (0, 1]
    return neg(log(neg(log(u)) + float(np.finfo(u.dtype).tiny)))


def _float_dtype(x: Any) -> Any:
    dtype = np.dtype(getattr(x, "dtype", np.float64))
    return dtype if dtype.kind == "f" else get_default_dtype()


def check_probabilities(op: str, p: Variable, sums_to_one: bool = False) -> None:
    """Refuse what cannot be probabilities, as far as it can be looked at."""
    if not has_readable_values(p._data) or not p.size:
        return
    low, high = float(p._data.min()), float(p._data.max())
    if not (low >= 0 and high <= 1):
        raise ValueRangeError(f"{op}: expected probabilities from 0 to 1, but they go from {low:g} to {high:g}")
    if sums_to_one and not bool((abs(p._data.sum(axis=-1) - 1) < 1e-3).all()):
        raise ValueRangeError(f"{op}: expected probabilities that sum to 1 along the last axis")
