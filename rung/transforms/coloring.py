"""Transforms of the colours of an image."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung import random
from rung.errors import ShapeError, describe
from rung.transforms.converting import LUMA
from rung.transforms.pillow import byte_planes, check_brightness, from_planes, is_pillow
from rung.transforms.resampling import as_floats, in_dtype
from rung.transforms.transform import Array, Transform, image_array, number, numbers, uniform

Strength = float | tuple[float, float]


class ColorJitter(Transform):
    """Change brightness, contrast, saturation and hue of an image, in a random order and by factors drawn each time.

    brightness: y = f x          contrast: y = m + f (x - m), m the mean grey
    saturation: y = g + f (x - g), g the grey of each pixel
    hue: turns the circle of colours by the share f of it

    brightness, contrast, saturation: s for factors from 1 - s (not below 0) to 1 + s, or (least, largest).
    hue: s, at most 0.5, for shares from -s to s, or (least, largest).
    white: the value of white in arrays of floats; what would be beyond it, or below black, 0, is cut off.

    An image of one channel is grey: it has neither saturation nor hue. Opacity, a second or fourth channel, stays.

    Shape: a Pillow image, (H, W) or (C, H, W) with C from 1 to 4 -> the same

    Raises: `ValueRangeError` for floats that are not from 0 to `white`; `ShapeError` and `DTypeError` for what is no
    image.

    >>> ColorJitter(brightness=(0.5, 0.5))(np.array([[0, 100], [200, 250]], np.uint8))
    array([[  0,  50],
           [100, 125]], dtype=uint8)
    """

    def __init__(
        self,
        brightness: Strength = 0,
        contrast: Strength = 0,
        saturation: Strength = 0,
        hue: Strength = 0,
        white: float = 1.0,
    ):
        self.brightness, self.contrast, self.saturation, self.hue = brightness, contrast, saturation, hue
        self.white = number("ColorJitter", "white", white, 1e-6)
        self._ranges = {
            _brightened: _factors("brightness", brightness),
            _contrasted: _factors("contrast", contrast),
            _saturated: _factors("saturation", saturation),
            _turned: _shares(hue),
        }

    def __call__(self, image: Any) -> Any:
        if is_pillow(image):
            return from_planes("ColorJitter", self._jittered(byte_planes("ColorJitter", image)))
        array = image_array("ColorJitter", image)
        if array.ndim == 3 and len(array) > 4:
            came = describe(array)
            raise ShapeError(f"ColorJitter: expected an image (H, W) or (C, H, W) of 1 to 4 channels, but got {came}")
        return self._jittered(array if array.ndim == 3 else array[np.newaxis]).reshape(array.shape)

    def _jittered(self, image: Array) -> Array:
        """Shape: (C, H, W) -> the same"""
        white = self.white if image.dtype.kind == "f" else 255.0
        check_brightness("ColorJitter", image, white)
        opaque = 1 if len(image) < 3 else 3
        colors = as_floats(image[:opaque])
        steps = list(self._ranges.items())
        for i in random.generator().permutation(len(steps)):
            change, (low, high) = steps[i]
            if (low, high) != UNCHANGED[change] and (opaque == 3 or change in FOR_GREY):
                colors = np.clip(change(colors, uniform(low, high)), 0, white)
        return np.concatenate([in_dtype(colors, image.dtype), image[opaque:]])


def _factors(name: str, strength: Strength) -> tuple[float, float]:
    if not isinstance(strength, (int, float)):
        return numbers("ColorJitter", name, strength, 0)
    number("ColorJitter", name, strength, 0)
    return max(0.0, 1.0 - strength), 1.0 + strength


def _shares(strength: Strength) -> tuple[float, float]:
    if not isinstance(strength, (int, float)):
        return numbers("ColorJitter", "hue", strength, -0.5, 0.5)
    number("ColorJitter", "hue", strength, 0, 0.5)
    return -float(strength), float(strength)


# The changes. Shape of each: (C, H, W) -> the same, with one channel or three


def _brightened(colors: Array, factor: float) -> Array:
    return colors * factor


def _contrasted(colors: Array, factor: float) -> Array:
    mean = _grey(colors).mean()
    return mean + (colors - mean) * factor


def _saturated(colors: Array, factor: float) -> Array:
    grey = _grey(colors)
    return grey + (colors - grey) * factor


def _turned(colors: Array, share: float) -> Array:
    """Turn the hue; the largest and the smallest of a pixel's three values stay.

    >>> _turned(np.array([0.9, 0.1, 0.1]).reshape(3, 1, 1), 1 / 3).ravel().round(6)
    array([0.1, 0.9, 0.1])
    """
    most, spread = colors.max(axis=0), np.ptp(colors, axis=0)
    hue = _sixths(colors, most, spread) + 6 * share
    offsets = np.array([5, 3, 1], colors.dtype).reshape(3, 1, 1)  # where red, green and blue begin to fall
    place = (offsets + hue) % 6
    return most - spread * np.clip(np.minimum(place, 4 - place), 0, 1)


def _sixths(colors: Array, most: Array, spread: Array) -> Array:
    """The hue in sixths of the circle: red 0, green 2, blue 4; of grey 0."""
    red, green, blue = colors
    nonzero = np.where(spread == 0, 1, spread)
    from_green = np.where(most == green, 2 + (blue - red) / nonzero, 4 + (red - green) / nonzero)
    return np.where(spread == 0, 0, np.where(most == red, (green - blue) / nonzero, from_green))


def _grey(colors: Array) -> Array:
    return colors if len(colors) == 1 else np.tensordot(np.array(LUMA, colors.dtype), colors, 1)[np.newaxis]


UNCHANGED = {_brightened: (1.0, 1.0), _contrasted: (1.0, 1.0), _saturated: (1.0, 1.0), _turned: (0.0, 0.0)}
FOR_GREY = {_brightened, _contrasted}
