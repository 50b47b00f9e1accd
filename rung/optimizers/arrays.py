"""What the formulas of optimizers share: the arrays of a parameter, decay, norms, devices and dtypes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rung.core.parameter import Parameter
from rung.cuda import as_numpy, get_array_module
from rung.optimizers.hyperparameters import Settings

PART = 1 << 16  # elements of an array at a time: a few such parts are at home in the cache of a core


def working_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype to compute steps in: the parameter's own, but float32 for half precision.

    >>> working_dtype(np.dtype("float16")), working_dtype(np.dtype("float64"))
    (dtype('float32'), dtype('float64'))
    """
    return np.dtype(np.float32) if dtype.itemsize < 4 else dtype


def weight_and_gradient(param: Parameter) -> tuple[Any, Any]:
    """The array to step, and the gradient in the dtype to compute in."""
    gradient = param.grad
    assert gradient is not None
    return param._data, gradient._data.astype(working_dtype(param.dtype), copy=False)


def parts(arrays: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Arrays of one shape in parts that stay in the cache while a formula passes over them; writes reach the arrays.

    >>> [w.size for w, g in parts([np.zeros((3, PART)), np.zeros((3, PART))])] == 3 * [PART]
    True
    """
    size = arrays[0].size
    if size <= PART or not all(type(x) is np.ndarray and x.flags.c_contiguous for x in arrays):
        yield arrays
        return
    flat = [x.reshape(-1) for x in arrays]
    for start in range(0, size, PART):
        yield [x[start : start + PART] for x in flat]


def decay(w: Any, o: Settings) -> None:
    """Shrink a weight in place, apart from its gradient. Source: Loshchilov & Hutter, ICLR 2019."""
    if o.weight_decay:
        w *= 1 - o.lr * o.weight_decay


def sum_of_squares(array: Any) -> Any:
    """A 0-d float64 array, which neither overflows nor loses what is small."""
    wide = array.astype(np.float64)
    return (wide * wide).sum()


def follow(array: Any, w: Any, dtype: np.dtype[Any]) -> Any:
    """An array on the device of another one and in such a dtype; itself if it is there already."""
    if type(array) is not type(w):
        array = get_array_module(w).asarray(as_numpy(array))
    return array.astype(dtype, copy=False)
