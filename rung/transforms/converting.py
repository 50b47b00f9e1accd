"""From images of Pillow to arrays and back, and from colours to other colours."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.errors import DTypeError, ShapeError, ValueRangeError, describe
from rung.transforms.pillow import as_bytes, from_planes, is_pillow, pillow, planes
from rung.transforms.resampling import as_floats, in_dtype
from rung.transforms.transform import Array, Transform, image_array, number

LUMA = (0.299, 0.587, 0.114)  # how bright red, green and blue look (ITU-R BT.601)


class ToArray(Transform):
    """A Pillow image as an array, channels first; its values, 0 to 255 for bytes, are not scaled.

    dtype: of the array. Of what is an array already, only this is changed.

    Shape: an image of C channels, H high and W wide -> (C, H, W); greyscale has one channel

    Raises: `DTypeError` for what is neither, and for images with a palette.

    >>> from PIL import Image
    >>> ToArray()(Image.new("RGB", (4, 2), (255, 128, 0)))[:, 0, 0]
    array([255., 128.,   0.], dtype=float32)
    >>> ToArray()(Image.new("L", (4, 2))).shape
    (1, 2, 4)
    """

    def __init__(self, dtype: Any = np.float32):
        self.dtype = dtype
        self._dtype = np.dtype(dtype)

    def __call__(self, image: Any) -> Array:
        if is_pillow(image):
            return np.array(planes("ToArray", image), self._dtype, order="C")
        if not isinstance(image, np.ndarray):
            raise DTypeError(f"ToArray: expected a Pillow image or a NumPy array, but got {describe(image)}")
        return image.astype(self._dtype, copy=False)


class ToPIL(Transform):
    """An array as a Pillow image of bytes.

    white: the value of white in arrays of floats; black is 0. `ToArray` gives floats from 0 to 255.

    Shape: (H, W) or (C, H, W) -> an image: of 1 channel grey, of 3 RGB; 2 and 4 have opacity too. Integers are taken
    as they are, 0 to 255, and False and True as black and white. A Pillow image stays as it is.

    Raises: `ShapeError` for other shapes, `ValueRangeError` for values outside that range, `DTypeError` for what is
    no array, `MissingExtraError` without Pillow (the extra `data`).

    >>> image = ToPIL()(np.full((3, 2, 4), 0.5, np.float32))
    >>> image.mode, image.size, image.getpixel((0, 0))
    ('RGB', (4, 2), (128, 128, 128))
    """

    def __init__(self, white: float = 1.0):
        self.white = number("ToPIL", "white", white, 1e-6)

    def __call__(self, array: Any) -> Any:
        if is_pillow(array):
            return array
        values = image_array("ToPIL", array)
        if values.dtype.kind in "iu" and not (values.min() >= 0 and values.max() <= 255):
            came = f"{values.min()} to {values.max()}"
            raise ValueRangeError(f"ToPIL: expected integers from 0 to 255, but got {came}; make them floats first")
        if values.dtype.kind == "f":
            values = as_bytes("ToPIL", values, self.white)
        elif values.dtype.kind == "b":
            values = values * np.uint8(255)
        return from_planes("ToPIL", values.astype(np.uint8, copy=False))


class Convert(Transform):
    """Bring an image to other colours.

    mode: "RGB", "BGR" (the same with red and blue exchanged) or "L", which is grey; for Pillow images, any that
        Pillow knows.

    An array of 1 channel is taken to be grey, of 3 red, green and blue; 2 and 4 have opacity, which is lost.

    Grey is 0.299 red + 0.587 green + 0.114 blue.

    Shape: a Pillow image -> a Pillow image; (H, W) or (C, H, W) -> (3, H, W), or (1, H, W) for "L"

    Raises: `ShapeError` for an array of other channels, `ValueRangeError` for an unknown mode.

    >>> Convert("RGB")(np.zeros((28, 28))).shape, Convert("L")(np.zeros((3, 28, 28))).shape
    ((3, 28, 28), (1, 28, 28))
    >>> Convert("BGR")(np.array([[[1]], [[2]], [[3]]])).ravel()
    array([3, 2, 1])
    """

    def __init__(self, mode: str = "RGB"):
        if not isinstance(mode, str):
            raise DTypeError(f"Convert: expected mode to be a name such as 'RGB' or 'L', but got {describe(mode)}")
        self.mode = mode

    def __call__(self, image: Any) -> Any:
        if not is_pillow(image):
            return self._of_array(image_array("Convert", image))
        try:
            converted = image.convert("RGB" if self.mode == "BGR" else self.mode)
        except ValueError as error:
            expected = f"expected a mode that Pillow can bring an image of mode {image.mode!r} to"
            raise ValueRangeError(f"Convert: {expected}, but got {self.mode!r}") from error
        if self.mode != "BGR":
            return converted
        return pillow("Convert").merge("RGB", converted.split()[::-1])

    def _of_array(self, array: Array) -> Array:
        if self.mode not in ("RGB", "BGR", "L"):
            raise ValueRangeError(f"Convert: expected mode 'RGB', 'BGR' or 'L' for an array, but got {self.mode!r}")
        channels = array if array.ndim == 3 else array[np.newaxis]
        if len(channels) > 4:
            came = describe(array)
            raise ShapeError(f"Convert: expected an image (H, W) or (C, H, W) of 1 to 4 channels, but got {came}")
        colors = channels[: 1 if len(channels) < 3 else 3]
        if self.mode == "L":
            return colors if len(colors) == 1 else luma(colors)
        return np.repeat(colors, 3, axis=0) if len(colors) == 1 else colors[:: -1 if self.mode == "BGR" else 1].copy()


def luma(colors: Array) -> Array:
    """How bright an image looks, in its own dtype.

    Shape: (3, H, W) -> (1, H, W)

    >>> luma(np.full((3, 1, 1), 200, np.uint8))
    array([[[200]]], dtype=uint8)
    """
    red, green, blue = as_floats(colors)
    brightness = red * LUMA[0] + green * LUMA[1] + blue * LUMA[2]
    return in_dtype(brightness[np.newaxis], colors.dtype)
