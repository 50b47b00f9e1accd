"""Transforms of the numbers in an array, whatever it shows."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.errors import ShapeError, ValueRangeError
from rung.transforms.transform import Array, Transform, numeric_array


class Normalize(Transform):
    """Take away a mean, then divide by a standard deviation.

    y = (x - mean) / std

    mean, std: a number, or one for each channel, which is the first axis; or arrays that broadcast to a sample.

    Integers become float32; floats keep their dtype.

    Shape: (C, …) or any, if both are numbers -> the same

    Raises: `ValueRangeError` for a `std` of 0, `ShapeError` for another number of channels, `DTypeError` for what is
    no array.

    >>> Normalize(0, 255)(np.array([0, 51, 255], np.uint8))
    array([0. , 0.2, 1. ], dtype=float32)
    >>> Normalize((1.0, 2.0), (1.0, 4.0))(np.array([[3.0], [4.0]]))
    array([[2. ],
           [0.5]])
    """

    def __init__(self, mean: Any = 0, std: Any = 1):
        self.mean, self.std = mean, std
        self._mean, self._std = _finite("mean", mean), _finite("std", std)
        self._fitted: dict[Any, tuple[Any, Any]] = {}  # in the dtype and for the shape of a sample
        if not self._std.all():
            raise ValueRangeError(f"Normalize: expected std to be other than 0, but got {std!r}")

    def __call__(self, array: Any) -> Any:
        x = numeric_array("Normalize", array)
        return self._normalized(x, x.shape)

    def over_batch(self, batch: Any) -> Any:  # type: ignore[override]
        """The same for samples stacked along a new first axis."""
        return self._normalized(batch, batch.shape[1:])

    def _normalized(self, x: Array, sample: tuple[int, ...]) -> Any:
        dtype = x.dtype if x.dtype.kind == "f" else np.dtype(np.float32)
        key = (dtype, sample)
        if key not in self._fitted:
            self._fitted[key] = _fitting("mean", self._mean, sample, dtype), _fitting("std", self._std, sample, dtype)
        mean, std = self._fitted[key]
        centered = x if mean is None else np.subtract(x, mean, dtype=dtype)
        return np.divide(centered, std, dtype=dtype)


def _finite(name: str, value: Any) -> Array:
    values = np.asarray(value)
    if values.dtype.kind not in "biuf" or not np.isfinite(values).all():
        raise ValueRangeError(f"Normalize: expected {name} to be finite numbers, but got {value!r}")
    return values


def _fitting(name: str, values: Array, sample: tuple[int, ...], dtype: Any) -> Any:
    """The values in the dtype of a sample; one for each channel stands along the first axis. None for a mean of 0."""
    values = values.astype(dtype)
    if values.size == 1:
        return None if name == "mean" and values.item() == 0 else values.reshape(())
    if values.ndim > 1:
        _check_fit(name, values.shape, sample)
        return values
    if not sample or len(values) != sample[0]:
        expected = f"expected {len(values)} channels along the first axis, as {name} has a number for each"
        raise ShapeError(f"Normalize: {expected}, but got a sample of shape {sample}")
    return values.reshape(-1, *[1] * (len(sample) - 1))


def _check_fit(name: str, shape: tuple[int, ...], sample: tuple[int, ...]) -> None:
    """Values of several axes broadcast to a sample, and never the other way round."""
    if len(shape) > len(sample) or any(a not in (1, b) for a, b in zip(shape[::-1], sample[::-1], strict=False)):
        expected = f"expected a sample that {name}, of shape {shape}, broadcasts to"
        raise ShapeError(f"Normalize: {expected}, but got one of shape {sample}")


class Flatten(Transform):
    """All numbers of an array in one row.

    Shape: any -> (n,)

    Raises: `DTypeError` for what is no array.

    >>> Flatten()(np.zeros((1, 28, 28))).shape
    (784,)
    """

    def __call__(self, array: Any) -> Any:
        return numeric_array("Flatten", array).reshape(-1)

    def over_batch(self, batch: Any) -> Any:  # type: ignore[override]
        """The same for samples stacked along a new first axis."""
        return batch.reshape(len(batch), int(np.prod(batch.shape[1:])))


class AsType(Transform):
    """The same numbers in another dtype; a float becomes an integer by leaving out its fraction.

    dtype: a NumPy dtype.

    Shape: any -> the same

    Raises: `DTypeError` for what is no array.

    >>> AsType(np.float16)(np.array([1, 2]))
    array([1., 2.], dtype=float16)
    """

    def __init__(self, dtype: Any = np.float32):
        self.dtype = dtype
        self._dtype = np.dtype(dtype)

    def __call__(self, array: Any) -> Any:
        return numeric_array(type(self).__name__, array).astype(self._dtype, copy=False)[()]

    def over_batch(self, batch: Any) -> Any:  # type: ignore[override]
        """The same for samples stacked along a new first axis."""
        return batch.astype(self._dtype, copy=False)


class ToFloat(AsType):
    """The same numbers as floats.

    Shape: any -> the same

    >>> ToFloat()(np.array([1, 2]))
    array([1., 2.], dtype=float32)
    """


class ToInt(AsType):
    """The same numbers as integers; fractions are left out.

    Shape: any -> the same

    >>> ToInt()(np.array([1.7, -1.7]))
    array([ 1, -1])
    """

    def __init__(self, dtype: Any = int):
        super().__init__(dtype)
