"""New values between the pixels of an array: what Pillow does for its images, for floats without rounding.

Resizing is a product with a matrix along each axis: a pixel of the result is a weighted mean of the pixels around its
place, and of as many more as the image becomes smaller, so that nothing of it is lost.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from rung.errors import ValueRangeError
from rung.transforms.transform import Array

MODES = ("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming")  # in the order of Pillow's numbers


def resampling_mode(op: str, mode: Any) -> str:
    """The name of a mode, also from Pillow's number for it.

    >>> resampling_mode("Resize", 2)
    'bilinear'
    """
    if isinstance(mode, int) and 0 <= mode < len(MODES):
        return MODES[mode]
    if mode not in MODES:
        raise ValueRangeError(f"{op}: expected mode to be one of {', '.join(MODES)}, but got {mode!r}")
    return str(mode)


def as_floats(x: Array) -> Array:
    """Floats of the dtype to calculate in: float32 at least, and float64 for integers of more than 16 bits."""
    return x.astype(np.result_type(x.dtype, np.float32), copy=False)


def in_dtype(x: Array, dtype: Any) -> Array:
    """What was calculated, in the dtype that it came from: integers are rounded and stay within their range."""
    if dtype.kind == "b":
        return x >= 0.5
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return np.clip(np.rint(x), limits.min, limits.max).astype(dtype)
    return x.astype(dtype, copy=False)


# Resizing


def resized(x: Array, height: int, width: int, mode: str) -> Array:
    """An image of another size.

    Shape: (…, H, W) -> (…, height, width)

    >>> resized(np.array([[0.0, 4.0]]), 1, 4, "bilinear")
    array([[0., 1., 3., 4.]])
    """
    rows, columns = x.shape[-2:]
    if mode == "nearest":
        return x.take(nearest(rows, height), axis=-2).take(nearest(columns, width), axis=-1)
    values = as_floats(x)
    if width != columns:
        values = values @ weights(columns, width, mode, values.dtype).T
    if height != rows:
        values = weights(rows, height, mode, values.dtype) @ values
    return in_dtype(values, x.dtype) if values is not x else x.copy()


def nearest(size: int, target: int) -> Array:
    """The pixel that each pixel of the result lies in."""
    return ((np.arange(target) + 0.5) * (size / target)).astype(np.intp)


@functools.lru_cache(maxsize=64)
def weights(size: int, target: int, mode: str, dtype: Any) -> Array:
    """How much each pixel of a row counts in each pixel of the new row.

    Shape: (target, size)

    >>> weights(4, 2, "box", np.dtype(float))
    array([[0.5, 0.5, 0. , 0. ],
           [0. , 0. , 0.5, 0.5]])
    """
    scale = size / target
    centers = (np.arange(target) + 0.5) * scale
    distance = (np.arange(size) + 0.5 - centers[:, np.newaxis]) / max(scale, 1.0)
    matrix = FILTERS[mode](distance)
    matrix = (matrix / matrix.sum(axis=1, keepdims=True)).astype(dtype)
    matrix.flags.writeable = False
    return matrix


def _box(x: Array) -> Array:
    return ((x > -0.5) & (x <= 0.5)).astype(float)


def _triangle(x: Array) -> Array:
    return np.maximum(1 - np.abs(x), 0)


def _hamming(x: Array) -> Array:
    return np.where(np.abs(x) < 1, np.sinc(x) * (0.54 + 0.46 * np.cos(math.pi * x)), 0)


def _cubic(x: Array) -> Array:
    x, a = np.abs(x), -0.5
    near, far = ((a + 2) * x - (a + 3)) * x * x + 1, ((x - 5) * x + 8) * x * a - 4 * a
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def _lanczos(x: Array) -> Array:
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)


FILTERS: dict[str, Callable[[Array], Array]] = {
    "lanczos": _lanczos,
    "bilinear": _triangle,
    "bicubic": _cubic,
    "box": _box,
    "hamming": _hamming,
}


# Turning


def rotated(x: Array, degrees: float, mode: str, fill: float) -> Array:
    """An image turned around its centre, counter-clockwise; `fill` is where nothing was.

    Shape: (…, H, W) -> the same

    >>> rotated(np.array([[1, 2], [3, 4]]), 90, "nearest", 0)
    array([[2, 4],
           [1, 3]])
    """
    height, width = x.shape[-2:]
    down, right = _sources(height, width, math.radians(degrees))
    inside = (down >= 0) & (down < height) & (right >= 0) & (right < width)
    values = x.reshape(-1, height * width)
    if mode == "nearest":
        turned = values.take(_clipped(down, height) * width + _clipped(right, width), axis=1)
    else:
        turned = in_dtype(_between(as_floats(values), down - 0.5, right - 0.5, width), x.dtype)
    return np.where(inside, turned, np.asarray(fill).astype(x.dtype)).reshape(x.shape)


def _sources(height: int, width: int, angle: float) -> tuple[Array, Array]:
    """Where each pixel of the result comes from: how far down and how far to the right, 0 at the edge."""
    y, x = np.arange(height)[:, np.newaxis] + (0.5 - height / 2), np.arange(width) + (0.5 - width / 2)
    cos, sin = math.cos(angle), math.sin(angle)
    # In between lie pixels and not edges: what differs from them by rounding alone counts as the same.
    return np.round(sin * x + cos * y + height / 2, 9), np.round(cos * x - sin * y + width / 2, 9)


def _between(values: Array, down: Array, right: Array, width: int) -> Array:
    """The mean of the four pixels around each place, the nearer the heavier; edges go on outside."""
    height = values.shape[-1] // width
    above, left = np.floor(down), np.floor(right)
    low, far = (down - above).astype(values.dtype), (right - left).astype(values.dtype)
    top, bottom = _clipped(above, height) * width, _clipped(above + 1, height) * width
    first, second = _clipped(left, width), _clipped(left + 1, width)
    upper = _mixed(values.take(top + first, axis=1), values.take(top + second, axis=1), far)
    lower = _mixed(values.take(bottom + first, axis=1), values.take(bottom + second, axis=1), far)
    return _mixed(upper, lower, low)


def _mixed(one: Array, other: Array, share: Array) -> Array:
    return one + (other - one) * share


def _clipped(places: Array, size: int) -> Array:
    return np.minimum(np.maximum(places, 0), size - 1).astype(np.intp)
