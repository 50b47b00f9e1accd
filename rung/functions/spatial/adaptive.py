"""Poolings to a size that is asked for, whatever the size of the image."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from rung.core.variable import Variable
from rung.functions.documented import composed
from rung.functions.indexing import get_item
from rung.functions.joining import stack
from rung.functions.reduction import max, mean
from rung.functions.spatial.averaging import average_pooling
from rung.functions.spatial.geometry import each
from rung.functions.spatial.matrices import averaging, mapped, spans
from rung.functions.spatial.pooling import max_pooling
from rung.functions.view import reshape
from rung.shapes import Shape, expect, normalize_axis

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d",
    "adaptive_max_pool3d", "global_average_pooling", "global_max_pooling",
]  # fmt: skip

OutputSize = int | Sequence[int | None]


@composed
def adaptive_avg_pool1d(x: Any, output_size: OutputSize) -> Variable:
    """The means of equal parts of the last axis: see `adaptive_avg_pool2d`.

    Shape: (…, n) -> (…, output_size)

    >>> import numpy as np
    >>> adaptive_avg_pool1d(np.arange(6.0), 2), adaptive_avg_pool1d(np.arange(5.0), 2)
    (variable([1. 4.]), variable([1. 3.]))
    """
    return _means(x, output_size, 1)


@composed
def adaptive_avg_pool2d(x: Any, output_size: OutputSize) -> Variable:
    """The means of equal parts of images, as many as asked for along each of the last two axes.

        y[i] = mean of x from floor(i n / size) up to ceil((i + 1) n / size),    along each axis

    Where the parts cannot be equal, they overlap in one element.

    Shape: (…, H, W) -> (…, *output_size)

    Args:
        output_size: one integer for all axes, or one for each; None leaves an axis as it is.

    >>> import numpy as np
    >>> adaptive_avg_pool2d(np.arange(16.0).reshape(4, 4), 2)
    variable([[ 2.5  4.5]
              [10.5 12.5]])
    """
    return _means(x, output_size, 2)


@composed
def adaptive_avg_pool3d(x: Any, output_size: OutputSize) -> Variable:
    """The means of equal parts of the last three axes: see `adaptive_avg_pool2d`.

    Shape: (…, D, H, W) -> (…, *output_size)

    >>> import numpy as np
    >>> adaptive_avg_pool3d(np.ones((5, 4, 4, 6)), (2, None, 3)).shape
    (5, 2, 4, 3)
    """
    return _means(x, output_size, 3)


@composed
def adaptive_max_pool1d(x: Any, output_size: OutputSize) -> Variable:
    """The maxima of equal parts of the last axis: see `adaptive_max_pool2d`.

    Shape: (…, n) -> (…, output_size)

    >>> import numpy as np
    >>> adaptive_max_pool1d(np.arange(6.0), 2), adaptive_max_pool1d(np.arange(5.0), 2)
    (variable([2. 5.]), variable([2. 4.]))
    """
    return _maxima(x, output_size, 1)


@composed
def adaptive_max_pool2d(x: Any, output_size: OutputSize) -> Variable:
    """The maxima of equal parts of images, as many as asked for along each of the last two axes.

        y[i] = max of x from floor(i n / size) up to ceil((i + 1) n / size),    along each axis

    Where the parts cannot be equal, they overlap in one element. Ties share the gradient evenly.

    Shape: (…, H, W) -> (…, *output_size)

    Args:
        output_size: one integer for all axes, or one for each; None leaves an axis as it is.

    >>> import numpy as np
    >>> adaptive_max_pool2d(np.arange(16.0).reshape(4, 4), (1, 2))
    variable([[13. 15.]])
    """
    return _maxima(x, output_size, 2)


@composed
def adaptive_max_pool3d(x: Any, output_size: OutputSize) -> Variable:
    """The maxima of equal parts of the last three axes: see `adaptive_max_pool2d`.

    Shape: (…, D, H, W) -> (…, *output_size)

    >>> import numpy as np
    >>> adaptive_max_pool3d(np.ones((5, 4, 4, 6)), (2, None, 3)).shape
    (5, 2, 4, 3)
    """
    return _maxima(x, output_size, 3)


@composed
def global_average_pooling(x: Any, start_axis: int = 2, keepdims: bool = False) -> Variable:
    """The mean of every channel, over all its places.

        y = mean of x over the axes from `start_axis` on

    Shape: (N, C, …) -> (N, C); with `keepdims`, the axes stay with size 1.

    Args:
        start_axis: the first axis of space; 1 for a single example without an axis of examples.

    Lin, Chen and Yan, *Network in Network*, https://arxiv.org/abs/1312.4400

    >>> import numpy as np
    >>> global_average_pooling(np.arange(8.0).reshape(1, 2, 2, 2))
    variable([[1.5 5.5]])
    """
    return mean(x, _from(start_axis, x), keepdims)


@composed
def global_max_pooling(x: Any, start_axis: int = 2, keepdims: bool = False) -> Variable:
    """The largest element of every channel, over all its places; ties share the gradient evenly.

        y = max of x over the axes from `start_axis` on

    Shape: (N, C, …) -> (N, C); with `keepdims`, the axes stay with size 1.

    Args:
        start_axis: the first axis of space; 1 for a single example without an axis of examples.

    >>> import numpy as np
    >>> global_max_pooling(np.arange(8.0).reshape(1, 2, 2, 2))
    variable([[3. 7.]])
    """
    return max(x, _from(start_axis, x), keepdims)


def _from(start_axis: int, x: Any) -> Shape:
    return tuple(range(normalize_axis(start_axis, x.ndim), x.ndim))


def _means(x: Any, output_size: OutputSize, ndim: int) -> Any:
    sizes, wanted = _sizes(x, output_size, ndim)
    if _divides(sizes, wanted):
        kernel = tuple(n // m for n, m in zip(sizes, wanted, strict=True))
        return average_pooling(x, kernel, stride=None)
    return mapped(x, [None if n == m else averaging(n, m) for n, m in zip(sizes, wanted, strict=True)])


def _maxima(x: Any, output_size: OutputSize, ndim: int) -> Any:
    sizes, wanted = _sizes(x, output_size, ndim)
    if _divides(sizes, wanted):
        return max_pooling(x, tuple(n // m for n, m in zip(sizes, wanted, strict=True)))
    axes, parts = tuple(range(-ndim, 0)), []
    for part in product(*[spans(n, m) for n, m in zip(sizes, wanted, strict=True)]):
        parts.append(max(get_item(x, (..., *[slice(first, end) for first, end in part])), axes))
    return reshape(stack(parts, -1), (*x.shape[: len(x.shape) - ndim], *wanted))


def _sizes(x: Any, output_size: Any, ndim: int) -> tuple[Shape, Shape]:
    """The sizes of the axes that are pooled, as they are and as they are wanted."""
    expect(len(x.shape) >= ndim, f"x must have the {ndim} axes that are pooled, but its shape is {x.shape}")
    sizes = x.shape[len(x.shape) - ndim :]
    expect(all(sizes), f"there must be at least one element to pool, but the shape of x is {x.shape}")
    if not hasattr(output_size, "__index__") and len(output_size) == ndim:
        output_size = tuple(n if m is None else m for n, m in zip(sizes, output_size, strict=True))
    return sizes, each("output_size", output_size, ndim)


def _divides(sizes: Shape, wanted: Shape) -> bool:
    return all(n % m == 0 for n, m in zip(sizes, wanted, strict=True))
