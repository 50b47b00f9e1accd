"""Images with a part taken out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung import random
from rung.errors import ShapeError, ValueRangeError
from rung.transforms.pillow import byte_planes, from_planes, is_pillow
from rung.transforms.resampling import in_dtype
from rung.transforms.transform import Array, Transform, below, chance, image_array, number, numbers, uniform

TRIES = 10


class RandomErasing(Transform):
    """Put a rectangle over an image, with probability p; its place, area and shape are drawn each time.

    p: the probability.
    scale: the least and the largest area, as shares of the image.
    ratio: the least and the largest height / width; what lies between is drawn evenly in its logarithm.
    value: what is put there: a number, one for each channel, or "noise" for numbers drawn for each pixel: from a
        normal distribution for arrays of floats, from 0 to 255 for others.

    A rectangle that does not fit is drawn anew, up to ten times; then the image stays as it is.

    Shape: a Pillow image, (H, W) or (C, H, W) -> the same

    Raises: `ShapeError` for values of another number of channels; `ShapeError` and `DTypeError` for what is no image.

    Source: Z. Zhong, L. Zheng, G. Kang, S. Li, Y. Yang, Random Erasing Data Augmentation, 2020.

    >>> import rung
    >>> rung.seed(0)
    >>> RandomErasing(p=1, scale=(0.25, 0.25), ratio=(1, 1), value=7)(np.zeros((4, 4), int))
    array([[0, 0, 7, 7],
           [0, 0, 7, 7],
           [0, 0, 0, 0],
           [0, 0, 0, 0]])
    """

    def __init__(
        self,
        p: float = 0.5,
        scale: tuple[float, float] = (0.02, 0.33),
        ratio: tuple[float, float] = (0.3, 3.3),
        value: Any = 0,
    ):
        number("RandomErasing", "p", p, 0, 1)
        self._scale = numbers("RandomErasing", "scale", scale, 0, 1)
        low, high = numbers("RandomErasing", "ratio", ratio, 1e-6)
        self._log_ratio = math.log(low), math.log(high)
        self._value = _checked(value)
        self.p, self.scale, self.ratio, self.value = p, scale, ratio, value

    def __call__(self, image: Any) -> Any:
        if is_pillow(image):
            erased = self._erased(byte_planes("RandomErasing", image))
            return image if erased is None else from_planes("RandomErasing", erased)
        array = image_array("RandomErasing", image)
        erased = self._erased(array if array.ndim == 3 else array[np.newaxis])
        return array if erased is None else erased.reshape(array.shape)

    def _erased(self, image: Array) -> Array | None:
        """A copy with the rectangle, or None if there is none. Shape: (C, H, W) -> the same"""
        if self._value is not None and self._value.size not in (1, len(image)):
            expected = "expected value to be one number, or one for each channel"
            came = f"{self._value.size} for {len(image)} channels"
            raise ShapeError(f"RandomErasing: {expected}, but got {came}")
        part = self._rectangle(*image.shape[1:]) if chance(self.p) else None
        if part is None:
            return None
        erased = image.copy()
        erased[part] = self._cover(erased[part].shape, image.dtype)
        return erased

    def _rectangle(self, height: int, width: int) -> tuple[slice, slice, slice] | None:
        for _ in range(TRIES):
            area, ratio = height * width * uniform(*self._scale), math.exp(uniform(*self._log_ratio))
            rows, columns = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if 0 < rows <= height and 0 < columns <= width:
                top, left = below(height - rows + 1), below(width - columns + 1)
                return slice(None), slice(top, top + rows), slice(left, left + columns)
        return None

    def _cover(self, shape: tuple[int, ...], dtype: Any) -> Array:
        if self._value is not None:
            return in_dtype(self._value, dtype)
        generator = random.generator()
        if dtype.kind == "f":
            return generator.standard_normal(shape)
        return generator.integers(0, 2 if dtype.kind == "b" else 256, shape)


def _checked(value: Any) -> Array | None:
    """The values of the channels; None for noise. Shape: (1, 1, 1) or (C, 1, 1)"""
    if isinstance(value, str) and value == "noise":
        return None
    values = np.asarray(value)
    if values.dtype.kind not in "biuf" or values.ndim > 1:
        expected = "expected value to be a number, one for each channel, or 'noise'"
        raise ValueRangeError(f"RandomErasing: {expected}, but got {value!r}")
    return values.reshape(-1, 1, 1)
