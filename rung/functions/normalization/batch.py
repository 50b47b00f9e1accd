"""Normalisation over batches, with the statistics that it runs with afterwards."""

from __future__ import annotations

import math
from typing import Any

from rung.config import current_mode
from rung.core.batch import BatchedArray
from rung.core.call import apply
from rung.core.checkpoint import is_computed_again
from rung.core.guard import note_written
from rung.core.variable import Variable
from rung.cuda import is_array
from rung.errors import DTypeError, GraphError, ShapeError, ValueRangeError, describe, message
from rung.functions.documented import composed
from rung.functions.elementwise import cast, rsqrt
from rung.functions.normalization.standardize import Standardize, affine, as_input, wide
from rung.functions.view import reshape

__all__ = ["batch_norm"]


@composed
def batch_norm(
    x: Any, gamma: Any, beta: Any, mean: Any = None, var: Any = None, decay: float = 0.9, eps: float = 2e-5
) -> Variable:
    """Standardise each channel over the batch, then scale and shift it.

        y = gamma (x - m) / sqrt(v + eps) + beta

    In training, m and v are the mean and the variance of the batch, and the running ones follow them, in place and
    outside of the graph. In test mode, m and v are the running ones:

        mean <- decay mean + (1 - decay) m          var <- decay var + (1 - decay) v n / max(n - 1, 1)

    where n is how many elements a channel has. Derivatives of any order are right in both modes. An empty batch gives
    an empty result and moves nothing. What a `checkpoint` computes again for backward moves nothing a second time.

    Shape: x (N, C) or (N, C, *sizes), all others (C,) -> that of x. Source: Ioffe and Szegedy, ICML 2015

    Args:
        gamma: the scales; None for ones.
        beta: the shifts; None for zeros.
        mean: the running mean, an array or a `Buffer`; None, as `var`, to take the batch's statistics in all modes.
        var: the running variance.
        decay: how much of the running statistics stays.
        eps: keeps the divisor away from 0.

    Raises:
        ShapeError: the sizes do not fit; or in training, a channel has only one value, which would always be `beta`.
        GraphError: in training inside `vmap`, running statistics were given: each example has its own.

    >>> import numpy as np
    >>> mean, var = np.zeros(1), np.ones(1)
    >>> batch_norm(np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1), mean, var, eps=0.0)
    variable([[-1.]
              [ 1.]])
    >>> round(float(mean[0]), 6), round(float(var[0]), 6)
    (0.2, 1.1)
    """
    x = as_input("batch_norm", x, eps, least=2)
    running = _running(x, mean, var)
    if running and not current_mode().train:
        return affine("batch_norm", x, _by_running(x, running, eps), gamma, beta, (1,))
    axes = (0, *range(2, x.ndim))
    n = math.prod(x.shape[axis] for axis in axes)
    if n == 1 and current_mode().train:
        cure = "one alone has no variance: make batches larger, or run in test mode"
        raise ShapeError(message("batch_norm", "in training each channel must have more than one value", cure, x=x))
    y, m, v = apply(Standardize(axes, eps), wide(x))
    y = affine("batch_norm", x, y, gamma, beta, (1,))
    if running and n and not is_computed_again():
        _follow(running, (m, v), n / max(n - 1, 1), decay)
    return y


def _running(x: Variable, mean: Any, var: Any) -> list[Any]:
    """The two running statistics, if they fit; an empty list if there are none."""
    if mean is None and var is None:
        return []
    for name, statistic in (("mean", mean), ("var", var)):
        if not isinstance(statistic, Variable) and not is_array(statistic):
            raise DTypeError(f"batch_norm: expected {name} to be an array of floats, but got {describe(statistic)}")
        if statistic.dtype.kind != "f":
            raise DTypeError(message("batch_norm", f"{name} must be an array of floats", **{name: statistic}))
        if statistic.shape != x.shape[1:2]:
            rule = f"{name} must have one element for each channel, the second axis of x"
            raise ShapeError(message("batch_norm", rule, x=x, **{name: statistic}))
    return [mean, var]


def _by_running(x: Variable, running: list[Any], eps: float) -> Variable:
    """x, standardised with the running statistics, in its own dtype whatever theirs is."""
    x = wide(x)
    shape = tuple(n if axis == 1 else 1 for axis, n in enumerate(x.shape))
    mean, var = (reshape(cast(statistic, x.dtype), shape) for statistic in running)
    return (x - mean) * rsqrt(var + eps)  # first the mean, for x alone may be so large that nothing is left


def _follow(running: list[Any], batch: tuple[Variable, ...], unbias: float, decay: float) -> None:
    """Move the running statistics towards the batch's, in place; `unbias` makes its variance that of a sample."""
    if type(decay) not in (float, int) or not 0 <= decay <= 1:
        raise ValueRangeError(f"batch_norm: expected decay from 0 to 1, but got {decay!r}")
    if any(type(statistic._data) is BatchedArray for statistic in batch):
        raise GraphError(
            "batch_norm: inside vmap each example would move the running statistics its own way; "
            "run in test mode, or leave out mean and var"
        )
    for statistic, now, factor in zip(running, batch, (1.0, unbias), strict=True):
        array = getattr(statistic, "_data", statistic)
        array[...] = decay * array + ((1 - decay) * factor) * now._data.reshape(array.shape)
        if isinstance(statistic, Variable):
            note_written(statistic)
