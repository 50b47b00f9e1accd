"""What fits a parameter: shapes that may be known in part, and dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.shapes import agree


def misfit(parameter: Any, array: Any, dtype: Any = None) -> str:
    """Why an array cannot be a parameter's values, or what is remembered beside them; an empty text if it can.

    Args:
        dtype: what the array must have; None: any of the parameter's kind, if the values are within its range.

    >>> from rung.core.variable import Parameter
    >>> misfit(Parameter(None, expected_shape=(None, 2)), np.zeros((3, 4)))
    'must be of shape (any x 2), but is (3, 4)'
    """
    expected = parameter.expected_shape
    if not agree(expected, array.shape):
        wanted = " x ".join("any" if size is None else str(size) for size in expected)
        return f"must be of shape ({wanted}), but is {tuple(array.shape)}"
    if dtype is not None:
        return "" if array.dtype == dtype else f"must be an array of {dtype}, but is of {array.dtype}"
    kind = parameter.dtype.kind if parameter.is_sized else "f"
    if array.dtype.kind != kind:
        return f"must be an array of {'floats' if kind == 'f' else parameter.dtype}, but is of {array.dtype}"
    return _out_of_range(array, parameter._record.dtype)


def _out_of_range(array: Any, dtype: Any) -> str:
    if dtype.kind not in "fiu":
        return ""
    limits: Any = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    finite = array[np.isfinite(array)]
    if finite.size and (finite.max() > limits.max or finite.min() < limits.min):
        return f"holds values from {finite.min():.3g} to {finite.max():.3g}, too large for {dtype}"
    return ""
