"""First values of parameters, by the names that their papers gave them.

`fan_in` is the number of inputs that each output of a layer is computed from, `fan_out` that of the outputs which
each input has a part in. They are read off the shape: (in, out) of matrices, (out, in, *kernel) of convolutions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.config import get_default_dtype
from rung.errors import ShapeError, ValueRangeError
from rung.random import generator

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


def fans(shape: Shape) -> tuple[int, int]:
    """fan_in and fan_out of a weight.

    >>> fans((3, 5)), fans((8, 3, 5, 5))
    ((3, 5), (75, 200))
    """
    if len(shape) < 2:
        raise ShapeError(f"fans: expected the shape of a matrix or of a convolution, but got {shape}; give the fans")
    if len(shape) == 2:
        return shape
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def lecun_normal(shape: Shape, dtype: Any = None, fan_in: int | None = None) -> Array:
    """Normal values of variance 1 / fan_in, which keep the variance of what flows forward through a layer.

    Source: LeCun et al., Efficient BackProp, 1998.

    >>> lecun_normal((3, 4)).dtype
    dtype('float32')
    """
    return _normal(shape, 1 / _at_least_one(fan_in or fans(shape)[0]), dtype)


def lecun_uniform(shape: Shape, dtype: Any = None, fan_in: int | None = None) -> Array:
    """Uniform values of variance 1 / fan_in. Source: LeCun et al., Efficient BackProp, 1998.

    >>> bool((abs(lecun_uniform((3, 4))) <= 1).all())
    True
    """
    return _uniform(shape, 1 / _at_least_one(fan_in or fans(shape)[0]), dtype)


def glorot_normal(shape: Shape, dtype: Any = None, gain: float = 1.0) -> Array:
    """Normal values of variance 2 gain ** 2 / (fan_in + fan_out), a compromise for forward and backward.

    Source: Glorot and Bengio, AISTATS 2010; also named after Xavier.

    >>> glorot_normal((3, 4)).shape
    (3, 4)
    """
    return _normal(shape, 2 * gain**2 / _at_least_one(sum(fans(shape))), dtype)


def glorot_uniform(shape: Shape, dtype: Any = None, gain: float = 1.0) -> Array:
    """Uniform values of variance 2 gain ** 2 / (fan_in + fan_out). Source: Glorot and Bengio, AISTATS 2010.

    >>> bool((abs(glorot_uniform((3, 3))) <= 1).all())
    True
    """
    return _uniform(shape, 2 * gain**2 / _at_least_one(sum(fans(shape))), dtype)


def he_normal(shape: Shape, dtype: Any = None, slope: float = 0.0) -> Array:
    """Normal values of variance 2 / ((1 + slope ** 2) fan_in): the half that a ReLU cuts off is made up for.

    `slope` is that of a leaky ReLU on its negative side. Source: He et al., ICCV 2015; also named after Kaiming.

    >>> he_normal((3, 4)).shape
    (3, 4)
    """
    return _normal(shape, 2 / (1 + slope**2) / _at_least_one(fans(shape)[0]), dtype)


def he_uniform(shape: Shape, dtype: Any = None, slope: float = 0.0) -> Array:
    """Uniform values of variance 2 / ((1 + slope ** 2) fan_in). Source: He et al., ICCV 2015.

    >>> he_uniform((3, 4)).shape
    (3, 4)
    """
    return _uniform(shape, 2 / (1 + slope**2) / _at_least_one(fans(shape)[0]), dtype)


def normal(shape: Shape, dtype: Any = None, std: float = 1.0) -> Array:
    """Normal values of any shape.

    >>> normal((3, 4), std=0.02).shape
    (3, 4)
    """
    return _normal(shape, std * std, dtype)


def truncated_normal(shape: Shape, dtype: Any = None, std: float = 0.02, cut: float = 2.0) -> Array:
    """Normal values, drawn again where they are beyond `cut` standard deviations.

    >>> bool((abs(truncated_normal((100,), std=0.1)) <= 0.2).all())
    True
    """
    values = generator(lasting=True).standard_normal(shape)
    while (beyond := abs(values) > cut).any():
        values[beyond] = generator(lasting=True).standard_normal(int(beyond.sum()))
    return _as(values * std, dtype)


def orthogonal(shape: Shape, dtype: Any = None, gain: float = 1.0) -> Array:
    """Rows (or columns, if they are fewer) at right angles, of length `gain`; axes behind the first count as one.

    Source: Saxe et al., ICLR 2014.

    >>> w = orthogonal((3, 3), "float64")
    >>> bool(np.allclose(w @ w.T, np.eye(3)))
    True
    """
    if len(shape) < 2:
        raise ShapeError(f"orthogonal: expected at least two axes, but got the shape {shape}")
    rows, columns = shape[0], math.prod(shape[1:])
    tall = generator(lasting=True).standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q = q * np.where(np.diagonal(r) < 0, -1, 1)  # without this, not every orthogonal matrix is equally likely
    return _as(gain * (q if rows >= columns else q.T).reshape(shape), dtype)


def constant(shape: Shape, dtype: Any = None, value: float = 0.0) -> Array:
    """One value everywhere.

    >>> constant((2,), value=3.0)
    array([3., 3.], dtype=float32)
    """
    return np.full(shape, value, get_default_dtype() if dtype is None else dtype)


def zeros(shape: Shape, dtype: Any = None) -> Array:
    """Zeros, for biases.

    >>> zeros((2,))
    array([0., 0.], dtype=float32)
    """
    return constant(shape, dtype)


def ones(shape: Shape, dtype: Any = None) -> Array:
    """Ones, for scales.

    >>> ones((2,))
    array([1., 1.], dtype=float32)
    """
    return constant(shape, dtype, 1.0)


def _normal(shape: Shape, variance: float, dtype: Any) -> Array:
    return _as(generator(lasting=True).standard_normal(shape) * math.sqrt(variance), dtype)


def _uniform(shape: Shape, variance: float, dtype: Any) -> Array:
    bound = math.sqrt(3 * variance)
    return _as(generator(lasting=True).uniform(-bound, bound, shape), dtype)


def _as(values: Array, dtype: Any) -> Array:
    chosen = np.dtype(get_default_dtype() if dtype is None else dtype)
    if chosen.kind != "f":
        raise ValueRangeError(f"initializer: expected a dtype of floats, but got {chosen}")
    return values.astype(chosen)


def _at_least_one(fan: int) -> int:
    return max(fan, 1)
