"""The mean of every window."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.families import Trailing
from rung.core.samples import case, normal
from rung.core.variable import Variable
from rung.functions.documented import composed, documented
from rung.functions.spatial.geometry import Padding, each
from rung.functions.spatial.sweeps import Pools, Sizes, Sweep, collect, kernel_sizes, spread
from rung.shapes import Shape, expect

__all__ = ["average_pooling", "avg_pool1d", "avg_pool2d", "avg_pool3d"]


class AveragePooling(Trailing):
    """The mean of each window.

        y = sum over the window of x / (size of the window)        dx = dy / size, to all of the window

    The padding counts for zeros; or it does not count, with `count_include_pad` off: neither for the sum nor for the
    size. What `ceil_mode` makes windows reach over the edge never counts.

    Shape: (…, n) -> (…, floor((n + 2 pad - kernel) / stride) + 1); likewise for several axes.

    Args:
        kernel_size: of the window: a size for each of the last axes; or one integer for all axes but the first two.
        stride: from one window to the next; None for windows side by side.
        pad: how far windows reach over the edges: an integer, one for each axis, or a pair (before, behind) for each.
        ceil_mode: round up instead of down: the last window may reach over the edge.
        count_include_pad: the padding is part of the window.

    Raises:
        ShapeError: windows larger than the image with its padding, or with nothing but padding in them.

    >>> import numpy as np
    >>> average_pooling(Variable(np.array([[1.0, 2.0, 0.0], [4.0, 5.0, 0.0]])), (2, 2))
    variable([[3.   1.75]])
    """

    of_reals = True
    multilinear = True
    checks_shape = True

    def __init__(
        self, kernel: Any, stride: Any = None, pad: Padding = 0, ceil_mode: bool = False,
        count_include_pad: bool = True, divides: bool = True,
    ):  # fmt: skip
        self.pools = Pools(kernel, stride, pad, 1, ceil_mode)
        self.count_include_pad = count_include_pad
        self.divides = divides

    def shape(self, x: Shape) -> Shape:
        return self.pools.shape(x)

    def forward(self, xp: Any, x: Any) -> Any:
        y = with_room(x)
        for sweep, lengths in self.sweeps(x.shape):
            y = divided(xp, collect(xp, y, sweep), lengths, sweep)
        return y.astype(x.dtype, copy=False)

    def sweeps(self, x: Shape) -> list[tuple[Sweep, list[int]]]:
        """A sweep for each axis, with what the sums over its windows are divided by."""
        sweeps = self.pools.sweeps(x)
        if not self.divides:
            return [(sweep, [1]) for sweep in sweeps]
        lengths = self.pools.lengths(self.pools.sizes(x), self.count_include_pad)
        return list(zip(sweeps, lengths, strict=True))

    def grad_x(self, gy: Any, x_shape: Shape) -> Any:
        return apply(SpreadMean.of(self, x_shape), gy)

    samples = [
        case(normal(2, 3, 4, 6), kernel=(2, 2)), case(normal(2, 7), kernel=(3,), stride=2, pad=1),
        case(normal(5, 6), kernel=(2, 3), stride=(1, 2), pad=((1, 0), (0, 2)), count_include_pad=False),
        case(normal(2, 5, 4), kernel=(3, 3), stride=2, pad=1, ceil_mode=True),
        case(normal(3, 4, 3), kernel=(2, 2, 2), stride=1), case(normal(0, 3, 4), kernel=(2, 2)),
        case(normal(2, 5), kernel=(3,), stride=1, divides=False),
    ]  # fmt: skip
    errors = [case((2, 3), kernel=(4, 2)), case((3,), kernel=(2, 2)), case((4, 4), kernel=(2, 2), pad=2)]


class SpreadMean(Trailing):
    """What comes for each window, divided by its size and added up in all its elements: adjoint of average pooling.

    Shape: what average pooling makes of an image of `sizes` -> that of the image.
    """

    of_reals = True
    multilinear = True
    checks_shape = True

    def __init__(
        self, kernel: Any, sizes: Shape, stride: Any = None, pad: Padding = 0, ceil_mode: bool = False,
        count_include_pad: bool = True, divides: bool = True,
    ):  # fmt: skip
        self.means = AveragePooling(kernel, stride, pad, ceil_mode, count_include_pad, divides)
        self.sizes = sizes

    @classmethod
    def of(cls, means: AveragePooling, x: Shape) -> Any:
        """The op for the same windows of an image of this shape."""
        op = cls.__new__(cls)
        op.means, op.sizes = means, means.pools.sizes(x)
        return op

    def shape(self, v: Shape) -> Shape:
        pooled = self.means.shape(self.sizes)
        expect(v[len(v) - len(pooled) :] == pooled, f"the last axes must have the sizes {pooled} of what is pooled")
        return (*v[: len(v) - len(pooled)], *self.sizes)

    def forward(self, xp: Any, v: Any) -> Any:
        x = with_room(v)
        for sweep, lengths in reversed(self.means.sweeps(self.sizes)):
            x = spread(xp, divided(xp, x, lengths, sweep), sweep)
        return x.astype(v.dtype, copy=False)

    def grad_v(self, gy: Any) -> Any:
        return apply(self.means, gy)

    samples = [
        case(normal(2, 2, 3), kernel=(2, 2), sizes=(4, 6)),
        case(normal(2, 4), kernel=(3,), sizes=(7,), stride=2, pad=1, count_include_pad=False),
        case(normal(2, 2, 3), kernel=(2, 3), sizes=(4, 9), divides=False),
    ]
    errors = [case((2, 2), kernel=(2, 2), sizes=(4, 6)), case((2,), kernel=(2, 2), sizes=(4, 4))]


def with_room(x: Any) -> Any:
    """The array in a dtype whose sums do not overflow as soon as those of float16."""
    return x.astype("float32") if x.dtype.itemsize < 4 else x


def divided(xp: Any, y: Any, lengths: list[int], sweep: Sweep) -> Any:
    """The sums over windows, by their lengths along the axis of a sweep."""
    if min(lengths) == max(lengths):
        return y if lengths[0] == 1 else y * (1 / lengths[0])
    return y * xp.asarray([1 / n for n in lengths], dtype=y.dtype).reshape((-1, *[1] * (-1 - sweep.axis)))


@documented(AveragePooling)
def average_pooling(
    x: Any, kernel_size: Sizes, stride: Sizes | None = 1, pad: Padding = 0, ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Variable:  # fmt: skip
    return apply(AveragePooling(kernel_sizes(x, kernel_size), stride, pad, ceil_mode, count_include_pad), x)  # type: ignore[no-any-return]


@composed
def avg_pool1d(
    x: Any, kernel_size: Sizes, stride: Sizes | None = None, pad: Padding = 0, ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Variable:  # fmt: skip
    """The mean of each window of the last axis: see `average_pooling`.

    Shape: (…, n) -> (…, floor((n + 2 pad - kernel) / stride) + 1)

    >>> import numpy as np
    >>> avg_pool1d(np.array([1.0, 5.0, 2.0, 4.0]), 2)
    variable([3. 3.])
    """
    return average_pooling(x, each("kernel_size", kernel_size, 1), stride, pad, ceil_mode, count_include_pad)


@composed
def avg_pool2d(
    x: Any, kernel_size: Sizes, stride: Sizes | None = None, pad: Padding = 0, ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Variable:  # fmt: skip
    """The mean of each window of the last two axes: see `average_pooling`.

    Shape: (…, H, W) -> (…, floor((H + 2 pad - kernel) / stride) + 1, …); likewise W.

    >>> import numpy as np
    >>> avg_pool2d(np.arange(16.0).reshape(4, 4), 2)
    variable([[ 2.5  4.5]
              [10.5 12.5]])
    """
    return average_pooling(x, each("kernel_size", kernel_size, 2), stride, pad, ceil_mode, count_include_pad)


@composed
def avg_pool3d(
    x: Any, kernel_size: Sizes, stride: Sizes | None = None, pad: Padding = 0, ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Variable:  # fmt: skip
    """The mean of each window of the last three axes: see `average_pooling`.

    Shape: (…, D, H, W) -> (…, floor((D + 2 pad - kernel) / stride) + 1, …); likewise H and W.

    >>> import numpy as np
    >>> avg_pool3d(np.ones((3, 4, 4, 6)), 2).shape
    (3, 2, 2, 3)
    """
    return average_pooling(x, each("kernel_size", kernel_size, 3), stride, pad, ceil_mode, count_include_pad)
