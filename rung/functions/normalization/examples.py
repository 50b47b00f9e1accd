"""Normalisations within each example: over features, groups of channels, sizes; they are the same in all modes."""

from __future__ import annotations

import math
from typing import Any

from rung.core.call import apply
from rung.core.variable import Variable
from rung.errors import ShapeError, ValueRangeError, message
from rung.functions.documented import composed
from rung.functions.elementwise import square
from rung.functions.movement import pad
from rung.functions.normalization.standardize import Rescale, Standardize, affine, as_input, wide
from rung.functions.view import reshape
from rung.shapes import Axis, normalize_axes

__all__ = ["group_norm", "instance_norm", "layer_norm", "local_response_norm", "rms_norm"]


@composed
def layer_norm(x: Any, gamma: Any = None, beta: Any = None, eps: float = 1e-5, axis: Axis = -1) -> Variable:
    """Standardise along axes, by default the last; then scale and shift.

        y = gamma (x - mean(x)) / sqrt(var(x) + eps) + beta

    Shape: any -> the same; gamma and beta have the sizes of the normalised axes. Source: Ba et al., 2016

    Args:
        gamma: the scales; None for ones.
        beta: the shifts; None for zeros.
        eps: keeps the divisor away from 0.
        axis: an integer, or a tuple of integers.

    >>> import numpy as np
    >>> layer_norm(np.array([[1.0, 3.0], [10.0, 30.0]]), eps=0.0)
    variable([[-1.  1.]
              [-1.  1.]])
    """
    x = as_input("layer_norm", x, eps)
    axes = normalize_axes(axis, x.ndim, "layer_norm")
    return affine("layer_norm", x, apply(Standardize(axes, eps), wide(x))[0], gamma, beta, axes)


@composed
def rms_norm(x: Any, gamma: Any = None, eps: float = 1e-6, axis: Axis = -1) -> Variable:
    """Divide by the root of the mean square along axes, by default the last; then scale.

        y = gamma x / sqrt(mean(x ** 2) + eps)

    Shape: any -> the same; gamma has the sizes of the normalised axes. Source: Zhang and Sennrich, NeurIPS 2019

    Args:
        gamma: the scales; None for ones.
        eps: keeps the divisor away from 0.
        axis: an integer, or a tuple of integers.

    >>> import numpy as np
    >>> rms_norm(np.array([1.0, 7.0]), eps=0.0)
    variable([0.2 1.4])
    """
    x = as_input("rms_norm", x, eps)
    axes = normalize_axes(axis, x.ndim, "rms_norm")
    return affine("rms_norm", x, apply(Rescale(axes, eps), wide(x))[0], gamma, None, axes)


@composed
def group_norm(x: Any, groups: int, gamma: Any = None, beta: Any = None, eps: float = 1e-5) -> Variable:
    """Standardise each group of channels within each example; then scale and shift each channel.

        y = gamma (x - mean(group)) / sqrt(var(group) + eps) + beta

    Shape: x (N, C) or (N, C, *sizes), gamma and beta (C,) -> that of x. Source: Wu and He, ECCV 2018

    Args:
        groups: how many; they must divide the channels evenly.
        gamma: the scales; None for ones.
        beta: the shifts; None for zeros.
        eps: keeps the divisor away from 0.

    Raises:
        ShapeError: the channels cannot be divided so, or a group has one value only, which would always be `beta`.

    >>> import numpy as np
    >>> group_norm(np.array([[1.0, 3.0, 10.0, 30.0]]), 2, eps=0.0)
    variable([[-1.  1. -1.  1.]])
    """
    x = as_input("group_norm", x, eps, least=2)
    if type(groups) is not int or groups < 1:
        raise ValueRangeError(f"group_norm: expected groups to be an integer of at least 1, but got {groups!r}")
    if x.shape[1] % groups:
        raise ShapeError(
            message("group_norm", f"the channels, the second axis of x, must fall into {groups} groups", x=x)
        )
    size = math.prod(x.shape[1:]) // groups
    if size == 1:
        raise ShapeError(message("group_norm", "each group must have more than one value", x=x))
    y = apply(Standardize(2, eps), reshape(wide(x), (x.shape[0], groups, size)))[0]
    return affine("group_norm", x, reshape(y, x.shape), gamma, beta, (1,))


@composed
def instance_norm(x: Any, gamma: Any = None, beta: Any = None, eps: float = 1e-5) -> Variable:
    """Standardise each channel of each example over its sizes; then scale and shift each channel.

        y = gamma (x - mean(channel)) / sqrt(var(channel) + eps) + beta

    Shape: x (N, C, *sizes), gamma and beta (C,) -> that of x. Source: Ulyanov et al., 2016

    Args:
        gamma: the scales; None for ones.
        beta: the shifts; None for zeros.
        eps: keeps the divisor away from 0.

    Raises:
        ShapeError: there are no sizes, or a channel has one value only, which would always be `beta`.

    >>> import numpy as np
    >>> instance_norm(np.array([[[1.0, 3.0], [10.0, 30.0]]]), eps=0.0)
    variable([[[-1.  1.]
               [-1.  1.]]])
    """
    x = as_input("instance_norm", x, eps, least=3)
    if math.prod(x.shape[2:]) == 1:
        raise ShapeError(message("instance_norm", "each channel must have more than one value", x=x))
    y = apply(Standardize(tuple(range(2, x.ndim)), eps), wide(x))[0]
    return affine("instance_norm", x, y, gamma, beta, (1,))


@composed
def local_response_norm(x: Any, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Variable:
    """Divide each channel by how active it and its neighbours are at the same place.

        y[c] = x[c] / (k + alpha / size * sum over the `size` channels around c of x ** 2) ** beta

    Beyond the first and the last channel are zeros. The paper has no division by `size`, and other constants.

    Shape: (N, C, ...) -> the same. Source: Krizhevsky et al., NeurIPS 2012

    >>> import numpy as np
    >>> local_response_norm(np.array([[1.0, 2.0]]), size=2, alpha=2.0, beta=1.0)
    variable([[0.5        0.33333333]])
    """
    if type(size) is not int or size < 1:
        raise ValueRangeError(f"local_response_norm: expected size to be an integer of at least 1, but got {size!r}")
    narrow = as_input("local_response_norm", x, 0.0, least=2)
    x = wide(narrow)
    channels = x.shape[1]
    padded = pad(square(x), [(size // 2, (size - 1) // 2) if axis == 1 else (0, 0) for axis in range(x.ndim)])
    total = padded[:, :channels]
    for shift in range(1, size):
        total = total + padded[:, shift : shift + channels]
    y = x * (total * (alpha / size) + k) ** -beta
    return affine("local_response_norm", narrow, y, None, None, ())
