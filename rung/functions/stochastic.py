"""Functions that draw random numbers, from the generators that `rung.seed` owns."""

from __future__ import annotations

from typing import Any

from rung.config import current_mode
from rung.core.variable import Variable, as_variable
from rung.cuda import get_array_module
from rung.errors import ValueRangeError
from rung.functions.elementwise import mul
from rung.random import generator

__all__ = ["dropout"]


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
    keep = 1 - dropout_ratio
    xp = get_array_module(x)
    mask = generator(xp).random(x.shape, dtype=xp.float32) < keep
    dtype = x.dtype if x.dtype.kind == "f" else "float32"
    return mul(x, mask.astype(dtype) / keep)
