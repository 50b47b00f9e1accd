"""First values of parameters, by the names that their papers gave them.

    normal of standard deviation  gain / sqrt(fan_in)

keeps the variance of what flows through a layer of `fan_in` inputs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.config import get_default_dtype
from rung.random import generator


def scaled_normal(shape: tuple[int, ...], fan_in: int, gain: float = 1.0, dtype: Any = None) -> np.ndarray[Any, Any]:
    """Normal values of standard deviation gain / sqrt(fan_in)."""
    values = generator().standard_normal(shape) * (gain / math.sqrt(max(fan_in, 1)))
    return values.astype(get_default_dtype() if dtype is None else dtype)


def lecun_normal(shape: tuple[int, ...], fan_in: int, dtype: Any = None) -> np.ndarray[Any, Any]:
    """For linear and sigmoid-like units. Source: LeCun et al., Efficient BackProp, 1998.

    >>> lecun_normal((3, 4), fan_in=3).dtype
    dtype('float32')
    """
    return scaled_normal(shape, fan_in, 1.0, dtype)


def he_normal(shape: tuple[int, ...], fan_in: int, dtype: Any = None) -> np.ndarray[Any, Any]:
    """For rectified linear units, which halve the variance. Source: He et al., ICCV 2015."""
    return scaled_normal(shape, fan_in, math.sqrt(2.0), dtype)


def zeros(shape: tuple[int, ...], dtype: Any = None) -> np.ndarray[Any, Any]:
    """Zeros, for biases."""
    return np.zeros(shape, get_default_dtype() if dtype is None else dtype)
