"""Images kept as bytes and given as numbers from 0 to 1."""

from __future__ import annotations

from typing import Any

import numpy as np


def pixels(images: Any) -> Any:
    """Bytes as float32 from 0 to 1.

    >>> pixels(np.array([0, 51, 255], np.uint8))
    array([0. , 0.2, 1. ], dtype=float32)
    """
    return np.divide(images, 255, dtype=np.float32)


class Pixels:
    """Images that look like a float32 array from 0 to 1, in a quarter of its memory.

    They are kept as bytes, in `values`; what is cut out of them, and `np.asarray` of them, is float32.

    Shape: values uint8 (n, channels, height, width)

    >>> images = Pixels(np.array([[0, 255], [51, 51]], np.uint8))
    >>> images[1], images.shape
    (array([0.2, 0.2], dtype=float32), (2, 2))
    """

    dtype = np.dtype(np.float32)

    def __init__(self, values: np.ndarray[Any, np.dtype[np.uint8]]):
        self.values = values

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    @property
    def ndim(self) -> int:
        return self.values.ndim

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: Any) -> Any:
        return pixels(self.values[index])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return np.asarray(pixels(self.values), dtype)

    def __repr__(self) -> str:
        return f"Pixels({self.shape}, float32 from 0 to 1, kept as bytes)"
