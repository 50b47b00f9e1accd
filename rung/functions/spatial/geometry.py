"""Where the windows of convolutions and poolings lie: integers, and no arrays.

A window is `kernel` elements wide along each spatial axis, its elements `dilation` apart; the next one starts
`stride` further; `padding` elements are added before and behind each axis.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from rung.shapes import Shape, as_shape, expect

Padding = int | str | tuple[int | tuple[int, int], ...]


@dataclass(frozen=True)
class Windows:
    """The windows along the spatial axes of an array, the last ones.

    >>> windows = Windows(kernel=(3,), stride=(2,), padding=((1, 1),), dilation=(1,))
    >>> windows.count((7,)), list(windows.places((4,)))
    ((4,), [((0,), (slice(0, 7, 2),)), ((1,), (slice(1, 8, 2),)), ((2,), (slice(2, 9, 2),))])
    >>> windows.inside((7,)), windows.sizes((4,))
    ((slice(1, 8, None),), (7,))
    """

    kernel: Shape
    stride: Shape
    padding: tuple[tuple[int, int], ...]
    dilation: Shape

    @property
    def reach(self) -> Shape:
        """From the first element of a window to the one behind its last."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    @property
    def pads(self) -> bool:
        """Whether there is any padding."""
        return any(before or behind for before, behind in self.padding)

    @property
    def pointwise(self) -> bool:
        """Whether each window is one element, and each element a window."""
        return not self.pads and all(k == s == 1 for k, s in zip(self.kernel, self.stride, strict=True))

    @property
    def mirrored(self) -> Windows:
        """With a stride of 1: the windows around each element in which those windows lie that it is part of."""
        around = zip(self.reach, self.padding, strict=True)
        return replace(self, padding=tuple((r - 1 - before, r - 1 - behind) for r, (before, behind) in around))

    def padded(self, sizes: Shape) -> Shape:
        """The sizes of the axes with their padding."""
        return tuple(n + before + behind for n, (before, behind) in zip(sizes, self.padding, strict=True))

    def inside(self, sizes: Shape) -> tuple[slice, ...]:
        """Where the axes lie among their padding."""
        return tuple(slice(before, before + n) for n, (before, _) in zip(sizes, self.padding, strict=True))

    def count(self, sizes: Shape) -> Shape:
        """How many windows there are along each axis."""
        padded = self.padded(sizes)
        fits = all(n >= reach for n, reach in zip(padded, self.reach, strict=True))
        expect(fits, f"windows that reach over {self.reach} must fit into {padded}, the sizes with their padding")
        return tuple((n - r) // s + 1 for n, r, s in zip(padded, self.reach, self.stride, strict=True))

    def sizes(self, count: Shape) -> Shape:
        """The least sizes of axes with so many windows."""
        padded = (s * (n - 1) + r for s, n, r in zip(self.stride, count, self.reach, strict=True))
        return tuple(n - before - behind for n, (before, behind) in zip(padded, self.padding, strict=True))

    def places(self, count: Shape) -> Iterator[tuple[Shape, tuple[slice, ...]]]:
        """For each element of a window, where it lies in `count` windows: slices of the padded axes."""
        for at in product(*map(range, self.kernel)):
            yield (
                at,
                tuple(
                    slice(i * d, i * d + s * (n - 1) + 1, s)
                    for i, d, s, n in zip(at, self.dilation, self.stride, count, strict=True)
                ),
            )


def each(name: str, value: int | Shape, ndim: int, least: int = 1) -> Shape:
    """One integer for every spatial axis, from what a person writes: one for all, or all of them.

    >>> each("stride", 2, 3), each("stride", (1, 2), 2)
    ((2, 2, 2), (1, 2))
    """
    values = as_shape(value)
    values = values if isinstance(value, Iterable) else values * ndim
    fits = len(values) == ndim and all(n >= least for n in values)
    expect(fits, f"{name} must be one integer of at least {least}, or {ndim} of them, but it is {value!r}")
    return values


def resolved(kernel: Shape, stride: Shape, padding: Padding, dilation: Shape, sizes: Shape) -> Windows:
    """Windows from a padding as a person writes it.

    It is an integer for all axes; or one for each, or a pair (before, behind); ``"valid"``, none; or ``"same"``, as
    much as gives ceil(size / stride) windows, half of it before and half behind, an odd one behind.

    >>> resolved((3, 3), (1, 1), "same", (1, 1), (5, 5)).padding
    ((1, 1), (1, 1))
    """
    windows = Windows(kernel, stride, ((0, 0),) * len(kernel), dilation)
    if padding == "valid":
        return windows
    if padding == "same":
        pads = [
            max((-(-n // s) - 1) * s + reach - n, 0) for n, s, reach in zip(sizes, stride, windows.reach, strict=True)
        ]
        return Windows(kernel, stride, tuple((pad // 2, pad - pad // 2) for pad in pads), dilation)
    return Windows(kernel, stride, pairs(padding, len(kernel)), dilation)


def pairs(padding: Padding, ndim: int) -> tuple[tuple[int, int], ...]:
    """A padding as (before, behind) for each axis."""
    expect(not isinstance(padding, str), f"padding must be integers, 'same' or 'valid', but it is {padding!r}")
    parts = tuple(padding) if isinstance(padding, Iterable) else (padding,) * ndim
    expect(len(parts) == ndim, f"padding must be one for all, or one for each of {ndim} axes, but it is {padding!r}")
    both = tuple(each("padding", part, 2, least=0) for part in parts)  # type: ignore[arg-type]
    return tuple((before, behind) for before, behind in both)
