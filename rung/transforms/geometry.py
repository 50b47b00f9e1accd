"""Images cut, mirrored, resized and turned, whether they are Pillow's or arrays. An array's result is a copy."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.transforms.pillow import is_pillow, pillow, size_of
from rung.transforms.resampling import MODES, resized, rotated


def cropped(image: Any, top: int, left: int, height: int, width: int, fill: float = 0) -> Any:
    """The part of an image that begins at (top, left); where it reaches outside, there is `fill`.

    Shape: (…, H, W) -> (…, height, width)

    >>> cropped(np.array([[1, 2], [3, 4]]), -1, 0, 2, 2)
    array([[0, 0],
           [1, 2]])
    """
    if is_pillow(image):
        return _cropped_pillow(image, top, left, height, width, fill)
    rows, columns = image.shape[-2:]
    up, down = max(top, 0), min(top + height, rows)
    first, last = max(left, 0), min(left + width, columns)
    part = image[..., up:down, first:last]
    if part.shape[-2:] == (height, width):
        return part.copy()
    canvas = np.full((*image.shape[:-2], height, width), fill, image.dtype)
    if part.size:
        canvas[..., up - top : down - top, first - left : last - left] = part
    return canvas


def _cropped_pillow(image: Any, top: int, left: int, height: int, width: int, fill: float) -> Any:
    if not fill:  # Pillow itself goes on with zeros
        return image.crop((left, top, left + width, top + height))
    canvas = pillow("RandomCrop").new(image.mode, (width, height), _color(image, fill))
    canvas.paste(image, (-left, -top))
    return canvas


def mirrored(image: Any, axis: int) -> Any:
    """An image with its rows (axis -2) or its columns (axis -1) in reverse order.

    >>> mirrored(np.array([[1, 2], [3, 4]]), -1)
    array([[2, 1],
           [4, 3]])
    """
    if is_pillow(image):
        way = pillow("flip").Transpose
        return image.transpose(way.FLIP_LEFT_RIGHT if axis == -1 else way.FLIP_TOP_BOTTOM)
    return (image[..., ::-1] if axis == -1 else image[..., ::-1, :]).copy()


def sized(image: Any, height: int, width: int, mode: str) -> Any:
    """An image of another size, its pixels between the old ones."""
    if is_pillow(image):
        return image.resize((width, height), MODES.index(mode))
    return resized(image, height, width, mode)


def turned(image: Any, degrees: float, mode: str, fill: float) -> Any:
    """An image of the same size, turned around its centre, counter-clockwise; `fill` is where nothing was."""
    if is_pillow(image):
        return image.rotate(degrees, MODES.index(mode), fillcolor=_color(image, fill))
    return rotated(image, degrees, mode, fill)


def shorter_side(image: Any, length: int) -> tuple[int, int]:
    """The height and width at which the shorter side of an image has this length; the longer is rounded down.

    That is torchvision's rule, and published weights expect images that were cut by it.

    >>> shorter_side(np.zeros((20, 33)), 10)
    (10, 16)
    """
    height, width = size_of(image)
    shorter = min(height, width)
    return height * length // shorter, width * length // shorter


def _color(image: Any, fill: float) -> Any:
    """A number as a colour of the image: the same in every channel."""
    bands = len(image.getbands())
    whole = int(fill) if image.mode != "F" else fill
    return whole if bands == 1 else (whole,) * bands
