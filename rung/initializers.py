"""First values of parameters, by the names that their papers gave them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.config import get_default_dtype
from rung.random import generator


def lecun_normal(shape: tuple[int, ...], fan_in: int, dtype: Any = None) -> np.ndarray[Any, Any]:
    """Normal values of standard deviation 1 / sqrt(fan_in), which keep the variance of what flows through a layer.

    Source: LeCun et al., Efficient BackProp, 1998.

    >>> lecun_normal((3, 4), fan_in=3).dtype
    dtype('float32')
    """
    values = generator(lasting=True).standard_normal(shape) / math.sqrt(max(fan_in, 1))
    return values.astype(get_default_dtype() if dtype is None else dtype)


def zeros(shape: tuple[int, ...], dtype: Any = None) -> np.ndarray[Any, Any]:
    """Zeros, for biases."""
    return np.zeros(shape, get_default_dtype() if dtype is None else dtype)
