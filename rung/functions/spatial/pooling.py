"""The largest element of every window."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

from rung.core.batch import all_batched
from rung.core.call import apply
from rung.core.families import Trailing
from rung.core.function import Function
from rung.core.samples import case, distinct, labels, normal
from rung.core.variable import Variable
from rung.functions.documented import composed, documented
from rung.functions.spatial.geometry import Padding, each
from rung.functions.spatial.largest import largest, mean_of_largest, share_among_largest
from rung.functions.spatial.sweeps import Pools, Sizes, kernel_sizes
from rung.shapes import Shape, expect

__all__ = ["max_pool1d", "max_pool2d", "max_pool3d", "max_pooling", "pooling"]


class MaxPooling(Trailing):
    """The largest element of each window; ties share the gradient evenly.

        y = max over the window of x        dx = dy [x = y] / (how many of the window are equal to y)

    The padding counts for minus infinity: it is never the largest. Ties are frequent where a ReLU came before, in
    windows of nothing but zeros; there PyTorch gives the whole gradient to the first element.

    Shape: (…, n) -> (…, floor((n + 2 pad - dilation (kernel - 1) - 1) / stride) + 1); likewise for several axes.

    Args:
        kernel_size: of the window: a size for each of the last axes; or one integer for all axes but the first two.
        stride: from one window to the next; None for windows side by side.
        pad: how far windows reach over the edges: an integer, one for each axis, or a pair (before, behind) for each.
        dilation: from one element of a window to the next.
        ceil_mode: round up instead of down: the last window may reach over the edge.
        return_indices: return a pair (y, index); the index says where the largest are, the first one of several,
            counted within the axes that are pooled, row by row.

    Raises:
        ShapeError: windows larger than the image with its padding, or with nothing but padding in them.

    >>> import numpy as np
    >>> x = np.array([[1.0, 2.0, 0.0, 0.0], [4.0, 3.0, 0.0, -1.0]])
    >>> max_pooling(Variable(x), (2, 2))
    variable([[4. 0.]])
    """

    checks_shape = True

    def __init__(
        self, kernel: Any, stride: Any = None, pad: Padding = 0, dilation: Sizes = 1, ceil_mode: bool = False
    ):
        self.pools = Pools(kernel, stride, pad, dilation, ceil_mode)

    def shape(self, x: Shape) -> Shape:
        return self.pools.shape(x)

    def forward(self, xp: Any, x: Any) -> Any:
        return largest(xp, x, self.pools.windows_in(x.shape))

    def grad_x(self, gy: Any, x: Any) -> Any:
        return apply(ShareAmongLargest.of(self.pools), gy, x)

    def tangents(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...], tangents: list[Any]) -> list[Any]:
        return [apply(MeanOfLargest.of(self.pools), tangents[0], inputs[0])]

    samples = [
        case(distinct(2, 3, 4, 6), kernel=(2, 2)), case(distinct(2, 7), kernel=(3,), stride=2, pad=1),
        case(distinct(5, 6), kernel=(2, 3), stride=(1, 2), pad=((1, 0), (0, 2)), dilation=(2, 1)),
        case(distinct(2, 5, 4), kernel=(3, 3), stride=2, ceil_mode=True),
        case(distinct(3, 4, 3), kernel=(2, 2, 2), stride=1, pad=1), case(distinct(0, 3, 4), kernel=(2, 2)),
    ]  # fmt: skip
    errors = [
        case((2, 3), kernel=(4, 2)), case((3,), kernel=(2, 2)), case((4, 4), kernel=(2, 2), pad=2),
        case((0, 4), kernel=(2, 2), pad=1),
    ]  # fmt: skip


class OfLargest(Function):
    """What the derivatives of max pooling share: an op that is linear in its first input; the second is the image."""

    data_inputs = (1,)
    of_reals = True
    checks_shape = True

    def __init__(
        self, kernel: Any, stride: Any = None, pad: Padding = 0, dilation: Sizes = 1, ceil_mode: bool = False
    ):
        self.pools = Pools(kernel, stride, pad, dilation, ceil_mode)

    @classmethod
    def of(cls, pools: Pools) -> Any:
        """The op for the same windows."""
        op = cls.__new__(cls)
        op.pools = pools
        return op

    def tangents(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...], tangents: list[Any]) -> list[Any]:
        return [None if tangents[0] is None else apply(self, tangents[0], inputs[1])]

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        return self(*all_batched(inputs, batched))


class ShareAmongLargest(OfLargest):
    """What comes for each window, shared evenly among its largest elements: the derivative of `max_pooling`.

        y = sum over the windows with x[i] as the largest, of v / (how many are the largest)

    Shape: what max pooling makes of x, x -> that of x.
    """

    def shape(self, v: Shape, x: Shape) -> Shape:
        pooled = self.pools.shape(x)
        expect(v == pooled, f"v must have the shape {pooled} of what is pooled from x")
        return x

    def forward(self, xp: Any, v: Any, x: Any) -> Any:
        return share_among_largest(xp, v, x, self.pools.windows_in(x.shape))

    def grad_v(self, gy: Any, x: Any) -> Any:
        return apply(MeanOfLargest.of(self.pools), gy, x)

    samples = [
        case(normal(2, 2, 3), distinct(2, 4, 6), kernel=(2, 2)), case(normal(2, 4), distinct(2, 7), kernel=(3,),
        stride=2, pad=1), case(normal(2, 2), labels(5, 5, classes=3), kernel=(3, 3), stride=2),
        case(normal(2, 3), labels(2, 5, classes=2), kernel=(3,), stride=2, pad=(1,)),
    ]  # fmt: skip
    errors = [case((2, 2), (4, 6), kernel=(2, 2)), case((1, 1), (4, 6), kernel=(5, 2))]


class MeanOfLargest(OfLargest):
    """The mean of v where x is the largest of its window: the adjoint of the derivative of `max_pooling`.

        y = mean over the window of  v  where x is the largest

    Shape: x, x -> what max pooling makes of it.
    """

    def shape(self, v: Shape, x: Shape) -> Shape:
        expect(v == x, "v and x must have one shape")
        return self.pools.shape(x)

    def forward(self, xp: Any, v: Any, x: Any) -> Any:
        return mean_of_largest(xp, v, x, self.pools.windows_in(x.shape))

    def grad_v(self, gy: Any, x: Any) -> Any:
        return apply(ShareAmongLargest.of(self.pools), gy, x)

    samples = [
        case(normal(2, 4, 6), distinct(2, 4, 6), kernel=(2, 2)), case(normal(2, 7), distinct(2, 7), kernel=(3,),
        stride=2, pad=1), case(normal(5, 5), labels(5, 5, classes=3), kernel=(3, 3), stride=2),
    ]  # fmt: skip
    errors = [case((2, 2), (4, 6), kernel=(2, 2)), case((4, 6), (4, 6), kernel=(5, 2))]


class IndexOfLargest(MaxPooling):
    """Where the largest element of each window is, counted within the pooled axes; a constant, the first of several.

    Shape: as `max_pooling`.
    """

    differentiable = False

    def forward(self, xp: Any, x: Any) -> Any:
        y = super().forward(xp, x)
        index = xp.zeros(y.shape, "int64")
        sizes = self.pools.sizes(x.shape)
        numbers = xp.arange(math.prod(sizes)).reshape(sizes)
        # From the last place of the window to the first, so that the first of several overwrites the others.
        in_order = [sorted(sweep.places) for sweep in self.pools.sweeps(x.shape)]
        for places in reversed(list(product(*in_order))):
            windows = (..., *[place.windows[1] for place in places])
            elements = (..., *[place.elements[1] for place in places])
            found = (x[elements] == y[windows]) | (x[elements] != x[elements])  # a NaN is the largest
            index[windows] = xp.where(found, numbers[elements[1:]], index[windows])
        return index

    samples = [
        case(distinct(2, 4, 6), kernel=(2, 2)), case(distinct(2, 5, 4), kernel=(3, 2), stride=2, pad=1),
        case(labels(6, 6, classes=3), kernel=(3, 3), stride=1, dilation=2), case(distinct(0, 4), kernel=(2,)),
    ]  # fmt: skip
    errors = [case((2, 3), kernel=(4, 2))]


@documented(MaxPooling)
def max_pooling(
    x: Any, kernel_size: Sizes, stride: Sizes | None = None, pad: Padding = 0, dilation: Sizes = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
    options = (kernel_sizes(x, kernel_size), stride, pad, dilation, ceil_mode)
    y = apply(MaxPooling(*options), x)
    return (y, apply(IndexOfLargest(*options), x)) if return_indices else y


@composed
def pooling(x: Any, kernel_size: Sizes, stride: Sizes = 1, pad: Padding = 0) -> Variable:
    """The largest element of each window of images, as DeZero spells it: see `max_pooling` for the details.

        y = max over the window of x

    Shape: (…, H, W) -> (…, floor((H + 2 pad - kernel) / stride) + 1, …); likewise W.

    >>> import numpy as np
    >>> pooling(np.arange(16.0).reshape(1, 1, 4, 4), 2, stride=2)
    variable([[[[ 5.  7.]
                [13. 15.]]]])
    """
    return max_pooling(x, each("kernel_size", kernel_size, 2), stride, pad)


@composed
def max_pool1d(
    x: Any, kernel_size: Sizes, stride: Sizes | None = None, pad: Padding = 0, dilation: Sizes = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest element of each window of the last axis: see `max_pooling`.

    Shape: (…, n) -> (…, floor((n + 2 pad - dilation (kernel - 1) - 1) / stride) + 1)

    >>> import numpy as np
    >>> max_pool1d(np.array([1.0, 5.0, 2.0, 3.0]), 2)
    variable([5. 3.])
    """
    return max_pooling(x, each("kernel_size", kernel_size, 1), stride, pad, dilation, ceil_mode, return_indices)


@composed
def max_pool2d(
    x: Any, kernel_size: Sizes, stride: Sizes | None = None, pad: Padding = 0, dilation: Sizes = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest element of each window of the last two axes: see `max_pooling`.

    Shape: (…, H, W) -> (…, floor((H + 2 pad - dilation (kernel - 1) - 1) / stride) + 1, …); likewise W.

    >>> import numpy as np
    >>> max_pool2d(np.arange(16.0).reshape(4, 4), 2, return_indices=True)[1]
    variable([[ 5  7]
              [13 15]])
    """
    return max_pooling(x, each("kernel_size", kernel_size, 2), stride, pad, dilation, ceil_mode, return_indices)


@composed
def max_pool3d(
    x: Any, kernel_size: Sizes, stride: Sizes | None = None, pad: Padding = 0, dilation: Sizes = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest element of each window of the last three axes: see `max_pooling`.

    Shape: (…, D, H, W) -> (…, floor((D + 2 pad - dilation (kernel - 1) - 1) / stride) + 1, …); likewise H and W.

    >>> import numpy as np
    >>> max_pool3d(np.ones((3, 4, 4, 6)), 2).shape
    (3, 2, 2, 3)
    """
    return max_pooling(x, each("kernel_size", kernel_size, 3), stride, pad, dilation, ceil_mode, return_indices)
