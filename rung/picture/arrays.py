"""What a picture knows of an array: statistics, a histogram, and the elements themselves or a thumbnail of them."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np

from rung.cuda import as_numpy
from rung.picture.graph import Array, Nested, Thumbnail

BINS = 32
MOST_VALUES = 64  # elements that are kept one by one
SIDE = 32  # pixels of a thumbnail at most, each way


def describe_array(array: Any) -> Array:
    """Look at the elements of an array of NumPy's or CuPy's, of any shape and dtype.

    >>> found = describe_array(np.array([[1.0, 2.0], [np.nan, 0.0]]))
    >>> found.mean, found.zeros, found.nan, found.values
    (1.0, 1, 1, [[1.0, 2.0], [nan, 0.0]])
    """
    x = as_numpy(array)
    numbers = x.astype(np.float64).reshape(-1)
    finite = numbers[np.isfinite(numbers)]
    nan = int(np.isnan(numbers).sum())
    low, high, mean, std = _moments(finite)
    return Array(
        bytes=x.size * x.dtype.itemsize,
        min=_short(low),
        max=_short(high),
        mean=_short(mean),
        std=_short(std),
        norm=_short(_norm(numbers)) or 0.0,
        zeros=int((numbers == 0).sum()),
        nan=nan,
        inf=numbers.size - finite.size - nan,
        histogram=_histogram(finite),
        values=_values(x) if x.size <= MOST_VALUES else None,
        thumbnail=_thumbnail(numbers.reshape(x.shape), low, high) if x.size > MOST_VALUES else None,
    )


def _moments(finite: Any) -> tuple[float | None, float | None, float | None, float | None]:
    """Minimum, maximum, mean and standard deviation, without overflow on the way."""
    if not finite.size:
        return None, None, None, None
    low, high = float(finite.min()), float(finite.max())
    scale = max(abs(low), abs(high)) or 1.0
    scaled = finite / scale
    return low, high, float(scaled.mean() * scale), float(scaled.std() * scale)


def _norm(numbers: Any) -> float:
    """The L2 norm, without overflow on the way."""
    scale = float(abs(numbers).max(initial=0.0))
    if scale == 0 or not math.isfinite(scale):
        return scale
    return float(np.sqrt(np.square(numbers / scale).sum()) * scale)


def _histogram(finite: Any) -> list[int]:
    if not finite.size:
        return [0] * BINS
    low, high = float(finite.min()), float(finite.max())
    scale = max(abs(low), abs(high)) or 1.0
    width = high / scale - low / scale
    places = (finite / scale - low / scale) / width * BINS if width else np.zeros(finite.size)
    counts = np.bincount(np.clip(places.astype(np.int64), 0, BINS - 1), minlength=BINS)
    return counts.tolist()  # type: ignore[no-any-return]


def _short(number: float | None) -> float | None:
    """Seven significant digits."""
    return None if number is None else float(f"{number:.7g}")


def _values(x: Any) -> Nested:
    if x.dtype.kind != "f":
        return x.tolist()
    short = [float(f"{number:.7g}") for number in x.reshape(-1).tolist()]
    return np.array(short, np.float64).reshape(x.shape).tolist()


def _thumbnail(numbers: Any, low: float | None, high: float | None) -> Thumbnail:
    """The array as a matrix, its last axis across; where it is too large, every pixel stands for one element."""
    matrix = numbers.reshape(-1, numbers.shape[-1])
    rows, columns = (_places(size) for size in matrix.shape)
    sample = matrix[np.ix_(rows, columns)]
    if low is None or high is None or low == high:
        levels = np.zeros(sample.shape)
    else:
        scale = max(abs(low), abs(high))
        levels = (sample / scale - low / scale) / (high / scale - low / scale) * 255
    levels = np.nan_to_num(np.clip(levels, 0, 255), nan=0.0)
    pixels = levels.round().astype(np.uint8).tobytes()
    return Thumbnail(len(rows), len(columns), base64.b64encode(pixels).decode("ascii"))


def _places(size: int) -> Any:
    count = min(size, SIDE)
    return (np.arange(count) * size) // count
