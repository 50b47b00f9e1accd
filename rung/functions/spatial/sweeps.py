"""Poolings one axis at a time: the largest of a window is the largest of what is the largest of each of its rows.

For each axis there is a sweep, which knows where the elements of the windows lie. With k elements along each of d
axes, that is k d passes over the arrays instead of k ** d. What would lie in the padding is left out; no array is
padded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from rung.functions.spatial.geometry import Padding, Windows, each, resolved
from rung.shapes import Shape, as_shape, expect

__all__: list[str] = []

Sizes = int | Shape


class Place(NamedTuple):
    """Where one element of the windows lies: those of the `windows` that have it find it in `elements`."""

    offset: int  # of the first window's, from the edge
    windows: tuple[Any, ...]  # an index of all axes: an ellipsis, a slice of this axis, and the axes behind
    elements: tuple[Any, ...]  # likewise


class Sweep(NamedTuple):
    """The windows along one axis, for an axis of so many elements."""

    axis: int  # counted from the last, -1
    size: int
    n_windows: int
    places: tuple[Place, ...]  # those that all windows have come first
    everywhere: bool  # whether there is such a place
    disjoint: bool  # whether no element belongs to two windows

    def shape(self, x: Shape, size: int) -> Shape:
        """The shape with another size along this axis."""
        return tuple(size if i == len(x) + self.axis else n for i, n in enumerate(x))


class Pools:
    """What the windows of a pooling are, before the image is known.

    >>> pools = Pools(kernel=(3,), stride=(2,), ceil_mode=True)
    >>> pools.windows((6,)).count((6,)), pools.windows((6,)).padding
    ((3,), ((0, 1),))
    """

    def __init__(
        self, kernel: Any, stride: Any = None, pad: Padding = 0, dilation: Sizes = 1, ceil_mode: bool = False
    ):
        self.ndim = len(kernel)
        self.kernel = each("kernel_size", kernel, self.ndim)
        self.stride = self.kernel if stride is None else each("stride", stride, self.ndim)
        self.dilation = each("dilation", dilation, self.ndim)
        self.pad = pad
        self.ceil_mode = ceil_mode

    @cached_property
    def size(self) -> int:
        """How many elements a window has."""
        return math.prod(self.kernel)

    def windows(self, sizes: Shape) -> Windows:
        """The windows in an image; with `ceil_mode`, there is padding behind for a last one that begins in it."""
        windows = resolved(self.kernel, self.stride, self.pad, self.dilation, sizes)
        if not self.ceil_mode:
            return windows
        padding = []
        for n, reach, stride, (before, behind) in zip(
            sizes, windows.reach, self.stride, windows.padding, strict=True
        ):
            last = -(-max(n + before + behind - reach, 0) // stride) * stride
            if last >= n + before:
                last -= stride
            padding.append((before, max(behind, last + reach - n - before)))
        return Windows(self.kernel, self.stride, tuple(padding), self.dilation)

    def shape(self, x: Shape) -> Shape:
        """The shape of what is pooled from x."""
        sizes = self.sizes(x)
        return (*x[: len(x) - self.ndim], *[sweep.n_windows for sweep in sweeps(self.windows(sizes), sizes)])

    def sizes(self, x: Shape) -> Shape:
        """The sizes of the axes that are pooled: the last ones."""
        expect(len(x) >= self.ndim, f"x must have the {self.ndim} axes that are pooled")
        return x[len(x) - self.ndim :]

    def sweeps(self, x: Shape) -> tuple[Sweep, ...]:
        """A sweep for each axis, first to last."""
        return sweeps(self.windows_in(x), self.sizes(x))

    def windows_in(self, x: Shape) -> Windows:
        """The windows in what has this shape."""
        return self.windows(self.sizes(x))

    def lengths(self, sizes: Shape, with_padding: bool) -> list[list[int]]:
        """How long the windows are along each axis, within the image or within its padding."""
        windows = resolved(self.kernel, self.stride, self.pad, self.dilation, sizes)
        lengths = []
        for i, sweep in enumerate(sweeps(self.windows(sizes), sizes)):
            before, behind = windows.padding[i] if with_padding else (0, 0)
            starts = [j * self.stride[i] - windows.padding[i][0] for j in range(sweep.n_windows)]
            ends = [min(start + self.kernel[i], sizes[i] + behind) for start in starts]
            lengths.append([end - max(start, -before) for start, end in zip(starts, ends, strict=True)])
        return lengths


@lru_cache(maxsize=256)
def sweeps(windows: Windows, sizes: Shape) -> tuple[Sweep, ...]:
    """The sweeps of windows in an image; every window must have at least one element of it."""
    counts, ndim = windows.count(sizes), len(sizes)
    return tuple(_sweep(windows, i, sizes[i], counts[i], i - ndim) for i in range(ndim))


def _sweep(windows: Windows, i: int, size: int, count: int, axis: int) -> Sweep:
    stride, dilation, before = windows.stride[i], windows.dilation[i], windows.padding[i][0]
    places: list[Place] = []
    found: set[int] = set()
    behind = (slice(None),) * (-1 - axis)
    for k in range(windows.kernel[i]):
        start = k * dilation - before  # of this element of the first window
        first = max(-(start // stride), 0)
        end = min((size - 1 - start) // stride + 1, count)
        if first < end:
            here = slice(first * stride + start, (end - 1) * stride + start + 1, stride)
            places.append(Place(start, (..., slice(first, end), *behind), (..., here, *behind)))
            found.update(range(first, end))
    rule = f"every window must hold an element of the image, but with the padding {windows.padding} some of those of"
    expect(len(found) == count, f"{rule} {windows.kernel} hold none")
    whole = slice(0, count)
    places.sort(key=lambda place: place.windows[1] != whole)
    everywhere, disjoint = places[0].windows[1] == whole, windows.stride[i] >= windows.reach[i]
    return Sweep(axis, size, count, tuple(places), everywhere, disjoint)


def collect(xp: Any, x: Any, sweep: Sweep, masks: Sequence[Any] | None = None) -> Any:
    """The sum over each window; of the elements in the masks, one for each place, alone."""
    y = xp.zeros(sweep.shape(x.shape, sweep.n_windows), x.dtype)
    for i, place in enumerate(sweep.places):
        y[place.windows] += x[place.elements] if masks is None else masks[i] * x[place.elements]
    return y


def spread(xp: Any, y: Any, sweep: Sweep, masks: Sequence[Any] | None = None) -> Any:
    """What each window has, given to all its elements, or to those in the masks: the adjoint of `collect`."""
    x = xp.zeros(sweep.shape(y.shape, sweep.size), y.dtype)
    for i, place in enumerate(sweep.places):
        part = y[place.windows]
        if not sweep.disjoint:
            x[place.elements] += part if masks is None else masks[i] * part
        elif masks is None:
            x[place.elements] = part
        else:
            xp.multiply(masks[i], part, out=x[place.elements])
    return x


def kernel_sizes(x: Any, kernel_size: Any) -> Shape:
    """One size for each axis that is pooled: if there is but one integer, for all but the first two."""
    sizes = as_shape(kernel_size)
    if not hasattr(kernel_size, "__index__"):
        return sizes
    ndim = len(getattr(x, "shape", ())) - 2
    rule = "one integer is a size for all axes but the first two, of examples and channels; say one for each axis"
    expect(ndim > 0, f"{rule} of x, which has the shape {getattr(x, 'shape', ())}")
    return sizes * ndim
