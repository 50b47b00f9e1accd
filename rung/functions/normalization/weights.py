"""Weights made of other parameters: of a direction and a length, or with a largest singular value of 1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.config import current_mode
from rung.core.batch import BatchedArray
from rung.core.checkpoint import is_computed_again
from rung.core.guard import note_written
from rung.core.variable import Variable, as_variable
from rung.cuda import get_array_module, is_array
from rung.dtypes import is_integer
from rung.errors import DTypeError, GraphError, ShapeError, ValueRangeError, describe, message
from rung.functions.documented import composed
from rung.functions.elementwise import clip
from rung.functions.linalg import matmul
from rung.functions.reduction import norm, sum
from rung.functions.view import moveaxis, reshape
from rung.shapes import normalize_axis

__all__ = ["spectral_norm", "weight_norm"]


@composed
def weight_norm(v: Any, g: Any, axis: int = 0, eps: float = 1e-12) -> Variable:
    """A weight made of a direction and a length for each output.

        W = g v / |v|,       |v| over all axes but that of the outputs, and at least `eps`

    Shape: v any, g (the size of `axis`,) -> that of v. Source: Salimans and Kingma, NeurIPS 2016

    Args:
        axis: where the outputs are: 0 of a convolution's weight, 1 of a matrix (in, out).

    >>> import numpy as np
    >>> weight_norm(np.array([[3.0, 4.0]]), np.array([10.0]))
    variable([[6. 8.]])
    """
    v, g = as_variable(v), as_variable(g)
    axis = normalize_axis(axis, v.ndim, "weight_norm")
    if g.shape != (v.shape[axis],):
        raise ShapeError(message("weight_norm", f"g must have one element for each along axis {axis} of v", v=v, g=g))
    rest = tuple(i for i in range(v.ndim) if i != axis)
    length = norm(v, rest, keepdims=True)
    return v * (reshape(g, length.shape) / clip(length, low=_at_least(eps, length)))


@composed
def spectral_norm(W: Any, u: Any, v: Any, iterations: int = 1, axis: int = 0, eps: float = 1e-12) -> Variable:
    """A weight divided by its largest singular value, as two vectors know it that follow the weight.

        Y = W / (u.T M v),       M the weight as a matrix, the outputs along its rows

    In training, u and v first take steps of the power method, in place and outside of the graph; for derivatives they
    are constants. In test mode they stay. What a `checkpoint` computes again for backward moves nothing once more.

        v <- M.T u / |M.T u|          u <- M v / |M v|

    Shape: W any of at least two axes, u (n,), v (all else,) -> that of W. Source: Miyato et al., ICLR 2018

    Args:
        u: the left singular vector, an array or a `Buffer` of length 1, drawn at random at first.
        v: the right singular vector, likewise.
        iterations: how many steps.
        axis: where the outputs are: 0 of a convolution's weight, 1 of a matrix (in, out).

    Raises:
        GraphError: in training inside `vmap`, the weight differs from example to example.

    >>> import numpy as np
    >>> W, u, v = np.diag([4.0, 2.0]), np.array([0.6, 0.8]), np.array([0.6, 0.8])
    >>> spectral_norm(W, u, v, iterations=30).data.round(3)
    array([[1. , 0. ],
           [0. , 0.5]])
    """
    W = as_variable(W)
    axis = _checked(W, u, v, iterations, axis)
    M = moveaxis(W, axis, 0)
    M = reshape(M, (M.shape[0], math.prod(M.shape[1:])))
    if current_mode().train and not is_computed_again():
        iterate(M, u, v, iterations, eps)
    u, v = as_variable(u) * 1.0, as_variable(v) * 1.0  # what the graph saves must not change in the next call
    return W / sum(u * matmul(M, v))


def iterate(M: Variable, u: Any, v: Any, iterations: int, eps: float = 1e-12) -> None:
    """Steps of the power method from u and v, in place."""
    if type(M._data) is BatchedArray:
        raise GraphError("spectral_norm: inside vmap each example would move u and v its own way; run in test mode")
    matrix, left, right = (getattr(x, "_data", x) for x in (M, u, v))
    for _ in range(iterations):
        right[...] = _unit(matrix.T @ left, eps)
        left[...] = _unit(matrix @ right, eps)
    for vector in (u, v):
        if isinstance(vector, Variable):
            note_written(vector)


def _unit(x: Any, eps: float) -> Any:
    length = get_array_module(x).sqrt((x * x).sum())
    return x / length.clip(_at_least(eps, x))


def _at_least(eps: float, x: Any) -> float:
    """eps, or the smallest number that the dtype can be divided by."""
    return max(eps, float(np.finfo(x.dtype).tiny))


def _checked(W: Variable, u: Any, v: Any, iterations: int, axis: int) -> int:
    if type(iterations) is not int or iterations < 0:
        raise ValueRangeError(
            f"spectral_norm: expected iterations to be an integer of at least 0, but got {iterations!r}"
        )
    for x in (u, v):
        if not (isinstance(x, Variable) or is_array(x)) or is_integer(x):
            raise DTypeError(f"spectral_norm: expected u and v to be arrays of floats, but got {describe(x)}")
    axis = normalize_axis(axis, W.ndim, "spectral_norm")
    n = W.shape[axis]
    if W.ndim < 2 or u.shape != (n,) or v.shape != (math.prod(W.shape) // (n or 1),):
        rule = f"u must have the size of axis {axis} of W, and v that of all its other axes together"
        raise ShapeError(message("spectral_norm", rule, W=W, u=u, v=v))
    return axis
