"""Other resolutions: upsampling, and pixels made of channels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from rung.core.call import apply
from rung.core.variable import Variable
from rung.cuda import get_array_module
from rung.errors import ValueRangeError
from rung.functions.documented import composed
from rung.functions.indexing import take
from rung.functions.spatial.averaging import SpreadMean
from rung.functions.spatial.geometry import each
from rung.functions.spatial.matrices import interpolating, mapped
from rung.functions.view import reshape, transpose
from rung.shapes import Shape, expect

__all__ = ["pixel_shuffle", "pixel_unshuffle", "upsample"]

MODES = {"nearest": (1, 2, 3), "linear": (1, 2, 3), "bilinear": (2,), "trilinear": (3,)}


@composed
def upsample(
    x: Any,
    scale: float | Sequence[float] | None = None,
    size: int | Sequence[int] | None = None,
    mode: str = "nearest",
    align_corners: bool = False,
) -> Variable:
    """Another resolution along the last axes: by a scale, or to a size. Smaller ones are sampled, not averaged.

    - ``nearest``: y[i] = x[floor(i / scale)]
    - ``linear``, with two axes also called ``bilinear``, with three ``trilinear``: on the straight line between the
      neighbours of (i + 1/2) / scale - 1/2; with `align_corners`, of i (n - 1) / (m - 1)

    The linear ones are products of matrices, where an infinity makes NaN of its whole row and column.

    Shape: (…, n) -> (…, m), m = floor(scale n) or `size`; likewise for several axes.

    Args:
        scale: for each of the last axes one; or a number for all axes but the first two.
        size: likewise.
        align_corners: the outermost elements stay where they are, as points; otherwise elements are small areas.

    Raises:
        ValueRangeError: an unknown mode, or a scale that is no positive number.

    >>> import numpy as np
    >>> x = Variable(np.array([0.0, 4.0]))
    >>> upsample(x, (2,)), upsample(x, (2,), mode="linear")
    (variable([0. 0. 4. 4.]), variable([0. 1. 3. 4.]))
    >>> upsample(x, size=(3,), mode="linear", align_corners=True)
    variable([0. 2. 4.])
    """
    scales, wanted = _targets(x, scale, size)
    if mode not in MODES or len(wanted) not in MODES[mode]:
        raise ValueRangeError(
            f"upsample: expected a mode for {len(wanted)} axes, one of "
            f"{', '.join(name for name, ndims in MODES.items() if len(wanted) in ndims)}, but got {mode!r}"
        )
    sizes = x.shape[len(x.shape) - len(wanted) :]
    expect(all(sizes), f"there must be at least one element to sample, but the shape of x is {x.shape}")
    if mode != "nearest":
        matrices = [interpolating(n, m, 1 / s, align_corners) for n, m, s in zip(sizes, wanted, scales, strict=True)]
        return mapped(x, matrices)  # type: ignore[no-any-return]
    if align_corners:
        raise ValueRangeError("upsample: expected align_corners with a linear mode, but the mode is 'nearest'")
    return _nearest(x, sizes, wanted, scales)


def _targets(x: Any, scale: Any, size: Any) -> tuple[tuple[float, ...], Shape]:
    """For each axis its scale and its new size."""
    if (scale is None) == (size is None):
        raise ValueRangeError(
            f"upsample: expected a scale or a size, but got {'neither' if size is None else 'both'}"
        )
    given = size if scale is None else scale
    several = isinstance(given, (tuple, list))
    ndim = len(given) if several else len(x.shape) - 2
    rule = "one number is for all axes but the first two, of examples and channels; say one for each axis"
    expect(0 < ndim <= len(x.shape), f"{rule} of x, which has the shape {x.shape}")
    sizes = x.shape[len(x.shape) - ndim :]
    if scale is None:
        wanted = each("size", size, ndim)
        return tuple(m / (n or 1) for n, m in zip(sizes, wanted, strict=True)), wanted
    scales = tuple(map(float, scale)) if several else (float(scale),) * ndim
    wanted = tuple(int(n * s) if 0 < s < math.inf else 0 for n, s in zip(sizes, scales, strict=True))
    if not all(wanted):
        raise ValueRangeError(f"upsample: expected scales that leave an element of {sizes}, but got {scale!r}")
    return scales, wanted


def _nearest(x: Any, sizes: Shape, wanted: Shape, scales: tuple[float, ...]) -> Any:
    times = tuple(m // n for n, m in zip(sizes, wanted, strict=True))
    if x.dtype.kind == "f" and wanted == tuple(n * k for n, k in zip(sizes, times, strict=True)):
        return apply(SpreadMean(times, wanted, divides=False), x)  # each as often: much quicker than picking
    first = len(x.shape) - len(sizes)
    for axis, (n, m, s) in enumerate(zip(sizes, wanted, scales, strict=True), start=first):
        if m != n:
            places = np.minimum((np.arange(m) / s).astype(int), n - 1)
            x = take(x, get_array_module(x).asarray(places), axis)
    return x


@composed
def pixel_shuffle(x: Any, factor: int) -> Variable:
    """Channels laid out as pixels: each r x r of them become a square, row by row.

        y[c, r h + i, r w + j] = x[r r c + r i + j, h, w]

    Shape: (…, r r C, H, W) -> (…, C, r H, r W), r being the factor

    Shi et al., *Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural
    Network*, https://arxiv.org/abs/1609.05158

    >>> import numpy as np
    >>> pixel_shuffle(np.arange(4.0).reshape(4, 1, 1), 2)
    variable([[[0. 1.]
               [2. 3.]]])
    """
    (r,) = each("factor", factor, 1)
    rule = f"x must have the axes (…, channels, H, W), with a multiple of {r} x {r} channels"
    expect(len(x.shape) >= 3 and x.shape[-3] % (r * r) == 0, f"{rule}, but its shape is {x.shape}")
    *lead, channels, height, width = x.shape
    n = len(lead)
    blocks = reshape(x, (*lead, channels // (r * r), r, r, height, width))
    blocks = transpose(blocks, (*range(n + 1), n + 3, n + 1, n + 4, n + 2))  # (…, C, H, r, W, r)
    return reshape(blocks, (*lead, channels // (r * r), height * r, width * r))


@composed
def pixel_unshuffle(x: Any, factor: int) -> Variable:
    """Squares of r x r pixels laid out as channels: the inverse of `pixel_shuffle`.

        y[r r c + r i + j, h, w] = x[c, r h + i, r w + j]

    Shape: (…, C, r H, r W) -> (…, r r C, H, W), r being the factor

    >>> import numpy as np
    >>> pixel_unshuffle(np.arange(4.0).reshape(1, 2, 2), 2).shape
    (4, 1, 1)
    """
    (r,) = each("factor", factor, 1)
    fits = len(x.shape) >= 3 and x.shape[-2] % r == 0 and x.shape[-1] % r == 0
    expect(fits, f"x must have the axes (…, channels, H, W), H and W multiples of {r}, but its shape is {x.shape}")
    *lead, channels, height, width = x.shape
    n = len(lead)
    blocks = reshape(x, (*lead, channels, height // r, r, width // r, r))
    blocks = transpose(blocks, (*range(n + 1), n + 2, n + 4, n + 1, n + 3))  # (…, C, r, r, H, W)
    return reshape(blocks, (*lead, channels * r * r, height // r, width // r))
