"""`dezero.transforms`: the book's, whose sizes are (width, height); Pillow is imported when it is needed."""

from __future__ import annotations

from typing import Any

import numpy as np

import rung.transforms as T
from rung.dezero.utils import pair

__all__ = [
    "AsType", "CenterCrop", "Compose", "Convert", "Flatten", "Normalize", "RandomHorizontalFlip", "Resize", "ToArray",
    "ToFloat", "ToInt", "ToPIL", "pair",
]  # fmt: skip

AsType, Convert, Flatten, RandomHorizontalFlip, ToPIL = (
    T.AsType, T.Convert, T.Flatten, T.RandomHorizontalFlip, T.ToPIL,
)  # fmt: skip
ToFloat = AsType


class Compose:
    """One transform after the other; any callable is one."""

    def __init__(self, transforms: Any = ()):
        self.transforms = transforms or []

    def __call__(self, img: Any) -> Any:
        for transform in self.transforms:
            img = transform(img)
        return img


class Resize:
    """An image of Pillow's in another size, (width, height)."""

    def __init__(self, size: Any, mode: int = 2):  # 2 is Pillow's number for bilinear
        self.size = pair(size)
        self.mode = mode

    def __call__(self, img: Any) -> Any:
        return img.resize(self.size, self.mode)


class CenterCrop:
    """The middle of an image of Pillow's, of a size (width, height); where that is larger, the rest is black."""

    def __init__(self, size: Any):
        self.size = pair(size)

    def __call__(self, img: Any) -> Any:
        (w, h), (ow, oh) = img.size, self.size
        left, up = (w - ow) // 2, (h - oh) // 2
        return img.crop((left, up, left + ow, up + oh))


class ToArray:
    """An image of Pillow's as an array, channels first; an array as it is."""

    def __init__(self, dtype: Any = np.float32):
        self.dtype = dtype

    def __call__(self, img: Any) -> Any:
        return img if isinstance(img, np.ndarray) else T.ToArray(self.dtype)(img)


class Normalize:
    """Take off a mean, divide by a deviation: numbers, or one for each channel; float32 stays float32."""

    def __init__(self, mean: Any = 0, std: Any = 1):
        self.mean = mean
        self.std = std

    def __call__(self, array: Any) -> Any:
        return (array - self._shaped(self.mean, array)) / self._shaped(self.std, array)

    def _shaped(self, value: Any, array: Any) -> Any:
        if np.isscalar(value):
            return float(value)  # type: ignore[arg-type]
        return np.asarray(value, array.dtype).reshape((-1, *[1] * (array.ndim - 1)))


class ToInt(T.AsType):
    """An array of integers."""

    def __init__(self, dtype: Any = int):
        super().__init__(dtype)
