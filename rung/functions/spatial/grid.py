"""Where the elements of windows lie in memory, such that they are copied in runs as long as possible.

With a stride of s, an element of the windows is found at every s-th place. So the padded image is first cut into
phases: those at 0, s, 2 s …, those at 1, s + 1 … In its phase, an element of all windows of a row is one run.

And where rows are wide enough for that, all rows are one run: what lies between the last window of a row and the first
of the next is copied and multiplied with, too, and dropped in the end. Short runs cost more than that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from rung.functions.spatial.geometry import Windows
from rung.shapes import Shape

# Up to so many multiplications in vain, for each element copied, are cheaper than short runs.
IN_VAIN = 40


@dataclass(frozen=True)
class Grid:
    """The phases of padded images, and the elements of windows in them.

    Attributes:
        stride: how many phases there are along each axis.
        rows: the sizes of a phase.
        image: where in the phases, put together, the image lies; behind these nothing of it is in a window.
        count: how many windows there are.
        width: the sizes that elements of all windows have here: those of count, and what comes in vain.
        elements: for each element of a window, its phase and where in it: slices of `shape`.
        shape: the sizes of a phase as `elements` see them.
    """

    stride: Shape
    rows: Shape
    image: tuple[slice, ...]
    count: Shape
    width: Shape
    elements: tuple[tuple[int, tuple[slice, ...]], ...]
    shape: Shape

    def phases(self, xp: Any, x: Any) -> Any:
        """Images (channels, n, *sizes) as (channels, n, phases, *shape)."""
        sizes = [r * s for r, s in zip(self.rows, self.stride, strict=True)]
        padded = xp.zeros((*x.shape[:2], *sizes), x.dtype)
        inside = padded[(..., *self.image)]
        inside[...] = x[(..., *[slice(n) for n in inside.shape[2:]])]
        ndim = len(self.rows)
        split = padded.reshape((*x.shape[:2], *_alternating(self.rows, self.stride)))
        split = split.transpose((0, 1, *range(3, 3 + 2 * ndim, 2), *range(2, 2 + 2 * ndim, 2)))
        return split.reshape((*x.shape[:2], math.prod(self.stride), *self.shape))

    def images(self, xp: Any, phases: Any, sizes: Shape) -> Any:
        """The adjoint of `phases`."""
        lead, ndim = phases.shape[:2], len(self.rows)
        split = phases.reshape((*lead, *self.stride, *self.rows))
        split = split.transpose((0, 1, *_alternating(range(2 + ndim, 2 + 2 * ndim), range(2, 2 + ndim))))
        padded = split.reshape((*lead, *[r * s for r, s in zip(self.rows, self.stride, strict=True)]))
        inside = padded[(..., *self.image)]
        if inside.shape[2:] == sizes:
            return inside
        x = xp.zeros((*lead, *sizes), phases.dtype)
        x[(..., *[slice(n) for n in inside.shape[2:]])] = inside
        return x

    def widened(self, xp: Any, y: Any) -> Any:
        """(channels, n, *count) among zeros where a product would be in vain: (channels, n, *width)."""
        if self.count == self.width:
            return y
        wide = xp.zeros((*y.shape[:2], *self.width), y.dtype)
        wide[(..., *map(slice, self.count))] = y
        return wide


def _alternating(left: Any, right: Any) -> list[int]:
    return [n for both in zip(left, right, strict=True) for n in both]


@lru_cache(maxsize=256)
def grid(windows: Windows, sizes: Shape, outputs: int) -> Grid:
    """The grid for images of these sizes, each element of which is multiplied with as many numbers as `outputs`."""
    count, stride = windows.count(sizes), windows.stride
    last = [(reach - 1) // s for reach, s in zip(windows.reach, stride, strict=True)]
    rows = [n + m for n, m in zip(count, last, strict=True)]
    in_vain = math.prod(rows[1:]) / math.prod(count[1:]) - 1
    wide = in_vain * outputs <= IN_VAIN
    rows[0] += wide and any(last[1:])  # the last run goes on into a row more
    extent = [r * s for r, s in zip(rows, stride, strict=True)]
    image = tuple(
        slice(before, min(before + n, end))
        for n, (before, _), end in zip(sizes, windows.padding, extent, strict=True)
    )
    elements = []
    for at in product(*map(range, windows.kernel)):
        steps = [divmod(i * d, s) for i, d, s in zip(at, windows.dilation, stride, strict=True)]
        phase = _flat([remainder for _, remainder in steps], stride)
        start = [whole for whole, _ in steps]
        if wide:
            first = _flat(start, rows)
            place: tuple[slice, ...] = (slice(first, first + count[0] * math.prod(rows[1:])),)
        else:
            place = tuple(slice(i, i + n) for i, n in zip(start, count, strict=True))
        elements.append((phase, place))
    width = (count[0], *rows[1:]) if wide else count
    shape = (math.prod(rows),) if wide else tuple(rows)
    return Grid(stride, tuple(rows), image, count, width, tuple(elements), shape)


def _flat(at: list[int], sizes: Any) -> int:
    """The place in memory of an element at these places along the axes."""
    place = 0
    for i, n in zip(at, sizes, strict=True):
        place = place * n + i
    return place
