"""`dezero.transforms`: the book's changes of images and arrays, which are those of `rung.transforms`.

Sizes are (width, height) here, as in Pillow and the book, not (height, width).
"""

from __future__ import annotations

from typing import Any

import rung.transforms as T
from rung.dezero.utils import pair
from rung.transforms import (
    AsType,
    Compose,
    Convert,
    Flatten,
    Normalize,
    RandomHorizontalFlip,
    ToArray,
    ToFloat,
    ToInt,
)

__all__ = [
    "AsType", "CenterCrop", "Compose", "Convert", "Flatten", "Normalize", "RandomHorizontalFlip", "Resize",
    "ToArray", "ToFloat", "ToInt", "ToPIL", "pair",
]  # fmt: skip


class Resize(T.Resize):
    """An image in another size, (width, height) or one number for both.

    >>> import numpy as np
    >>> Resize((3, 2))(np.zeros((1, 8, 6))).shape
    (1, 2, 3)
    """

    def __init__(self, size: Any, mode: Any = "bilinear"):
        super().__init__(pair(size)[::-1], mode)
        self.size = pair(size)


class CenterCrop(T.CenterCrop):
    """The middle of an image, (width, height) or one number for both.

    >>> import numpy as np
    >>> CenterCrop((3, 2))(np.zeros((1, 8, 6))).shape
    (1, 2, 3)
    """

    def __init__(self, size: Any):
        super().__init__(pair(size)[::-1])
        self.size = pair(size)

    def _half(self, room: int) -> int:
        return room // 2


class ToPIL(T.ToPIL):
    """An array, channels first, as an image of Pillow's; of floats, 255 is white, as `ToArray` gives them."""

    def __init__(self) -> None:
        super().__init__(white=255)
