"""The ops of convolution, in any number of dimensions.

Three stand together, each linear in both of its inputs: the convolution, its transpose, and the one that makes
weights of an input and an output. The derivatives of each are the other two, so there are derivatives of any order.
"""

from __future__ import annotations

import math
from typing import Any

from rung.core.batch import all_batched
from rung.core.call import apply
from rung.core.function import Function
from rung.core.samples import Case, case, normal
from rung.functions.spatial import columns
from rung.functions.spatial.geometry import Windows
from rung.functions.view import moveaxis, reshape
from rung.shapes import Shape, expect


class Windowed(Function):
    """What the three ops and their variants share: where the windows lie, and which channels belong together."""

    multilinear = True
    checks_shape = True
    of_reals = True

    def __init__(self, windows: Windows, groups: int = 1):
        self.windows = windows
        self.groups = groups

    def check_images(self, x: Shape, name: str = "x") -> None:
        ndim = len(self.windows.kernel)
        expect(len(x) == ndim + 2, f"{name} must have axes of examples and channels, and {ndim} of space")

    def check_weights(self, W: Shape, channels: Shape, *b: Shape) -> None:
        kernel = self.windows.kernel
        expect(len(W) == len(kernel) + 2 and W[2:] == kernel, f"W must have two axes of channels before {kernel}")
        expect(min(kernel, default=1) > 0, "a kernel must have elements")
        expect(all(one == channels for one in b), f"b must be {channels}, one for each channel of the result")
        expect(W[0] % self.groups == 0, f"the first axis of W must be divisible by the {self.groups} groups")

    def joined(self, x: Any, *others: Any) -> Any:
        """Under `vmap`, images of all examples as one batch."""
        y = self(reshape(x, (x.shape[0] * x.shape[1], *x.shape[2:])), *others)
        return reshape(y, (*x.shape[:2], *y.shape[1:]))

    def grouped(self, x: Any, W: Any, *b: Any) -> Any:
        """Under `vmap`, every example as a group, or several, of its own."""
        op, size = self.changed(groups=self.groups * len(x)), len(x)
        return apart(op(beside(x, 1, 1), beside(W, 0, 1), *[reshape(one, (-1,)) for one in b]), 1, 1, size)


def beside(x: Any, axis: int, groups: int) -> Any:
    """(examples, ...) as one example, whose channels on `axis` are those of all, side by side in each group."""
    size, *shape = x.shape
    split = [*shape[:axis], groups, shape[axis] // groups, *shape[axis + 1 :]]
    x = moveaxis(reshape(x, (size, *split)), 0, axis + 1)
    return reshape(x, (*shape[:axis], size * shape[axis], *shape[axis + 1 :]))


def apart(x: Any, axis: int, groups: int, size: int) -> Any:
    """The examples that `beside` has put side by side."""
    before, channels, behind = x.shape[:axis], x.shape[axis] // size, x.shape[axis + 1 :]
    x = reshape(x, (*before, groups, size, channels // groups, *behind))
    return reshape(moveaxis(x, axis + 1, 0), (size, *before, channels, *behind))


class Convolution(Windowed):
    """Sums of products of a kernel with every window of the input.

        y[n, o, p] = sum over c and k of  W[o, c, k] x[n, c, stride p + dilation k - padding]

        dx = the transpose of dy        dW = the sum over the windows of x, each times its dy

    Shape: x (N, C, *sizes), W (O, C / groups, *kernel) -> (N, O, *count)

    Args:
        windows: where the windows lie.
        groups: into so many groups channels are divided; those of one are computed from those of one alone.
    """

    def shape(self, x: Shape, W: Shape, *b: Shape) -> Shape:
        self.check_images(x)
        self.check_weights(W, W[:1], *b)
        channels = W[1] * self.groups
        of_groups = f" times {self.groups} groups" if self.groups > 1 else ""
        expect(x[1] == channels, f"x must have {channels} channels, as the second axis of W says{of_groups}")
        return (x[0], W[0], *self.windows.count(x[2:]))

    def forward(self, xp: Any, x: Any, W: Any) -> Any:
        return columns.convolve(xp, x, W, None, self.windows, self.groups)

    def multiply_adds(self, x: Shape, W: Shape, *b: Shape) -> int:  # type: ignore[override]
        return math.prod(self.shape(x, W)) * math.prod(W[1:])

    def grad_x(self, gy: Any, W: Any, x_shape: Shape) -> Any:
        return apply(ConvolutionTranspose(self.windows, x_shape[2:], self.groups), gy, W)

    def grad_W(self, gy: Any, x: Any) -> Any:
        return apply(ConvolutionWeights(self.windows, self.groups), x, gy)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        x, W = inputs
        if batched == [True, False]:
            return self.joined(x, W)
        if batched == [False, True]:
            return apart(self(x, beside(W, 0, self.groups)), 1, self.groups, len(W))
        return self.grouped(x, W)

    samples = [
        case(normal(2, 2, 5), normal(3, 2, 3), windows=Windows((3,), (2,), ((1, 0),), (1,))),
        case(normal(2, 2, 5, 4), normal(3, 2, 3, 2), windows=Windows((3, 2), (1, 2), ((1, 1), (0, 1)), (2, 1))),
        case(normal(2, 4, 3, 3), normal(6, 2, 2, 2), groups=2,
             windows=Windows((2, 2), (1, 1), ((0, 0),) * 2, (1, 1))),
        case(normal(1, 2, 2, 3, 2), normal(2, 2, 1, 1, 1),
             windows=Windows((1,) * 3, (1,) * 3, ((0, 0),) * 3, (1,) * 3)),
        case(normal(0, 1, 3), normal(2, 1, 2), windows=Windows((2,), (1,), ((0, 0),), (1,))),
    ]  # fmt: skip
    errors = [
        case((2, 3, 5), (3, 2, 3), windows=Windows((3,), (1,), ((0, 0),), (1,))),
        case((2, 2, 2), (3, 2, 3), windows=Windows((3,), (1,), ((0, 0),), (1,))),
        case((2, 4, 5), (3, 2, 3), windows=Windows((3,), (1,), ((0, 0),), (1,)), groups=2),
        case((2, 5), (3, 2, 3), windows=Windows((3,), (1,), ((0, 0),), (1,))),
    ]


class ConvolutionTranspose(Windowed):
    """The adjoint of a convolution by its input: every element is spread over a window, times the kernel.

        y[n, c, stride p + dilation k - padding] = sum over o, p and k that meet there of  W[o, c, k] x[n, o, p]

        dx = the convolution of dy        dW = the sum over the windows of dy, each times its x

    Shape: x (N, O, *count), W (O, C / groups, *kernel) -> (N, C, *sizes)

    Args:
        windows: where the windows lie in the result.
        sizes: the sizes of the result; there must be as many windows in them as x has elements.
        groups: into so many groups channels are divided; those of one are computed from those of one alone.
    """

    def __init__(self, windows: Windows, sizes: Shape, groups: int = 1):
        super().__init__(windows, groups)
        self.sizes = sizes

    def shape(self, x: Shape, W: Shape, *b: Shape) -> Shape:
        self.check_images(x)
        self.check_weights(W, tuple(n * self.groups for n in W[1:2]), *b)
        expect(x[1] == W[0], f"x must have {W[0]} channels, as the first axis of W says")
        expect(min(self.sizes) > 0, f"the padding leaves nothing of the result, whose sizes would be {self.sizes}")
        count = self.windows.count(self.sizes)
        expect(x[2:] == count, f"sizes of {self.sizes} in the result go with {count} in x")
        return (x[0], W[1] * self.groups, *self.sizes)

    def forward(self, xp: Any, x: Any, W: Any) -> Any:
        return columns.transpose(xp, x, W, None, self.windows, self.sizes, self.groups)

    def multiply_adds(self, x: Shape, W: Shape, *b: Shape) -> int:  # type: ignore[override]
        return math.prod(x) * math.prod(W[1:])

    def grad_x(self, gy: Any, W: Any) -> Any:
        return apply(Convolution(self.windows, self.groups), gy, W)

    def grad_W(self, gy: Any, x: Any) -> Any:
        return apply(ConvolutionWeights(self.windows, self.groups), gy, x)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        x, W = inputs
        if batched == [True, False]:
            return self.joined(x, W)
        if batched == [False, True]:
            return apart(self(x, beside(W, 1, 1)), 1, self.groups, len(W))
        return self.grouped(x, W)

    samples = [
        case(normal(2, 3, 3), normal(3, 2, 3), windows=Windows((3,), (2,), ((1, 0),), (1,)), sizes=(6,)),
        case(normal(2, 3, 3, 3), normal(3, 2, 3, 2), sizes=(5, 4),
             windows=Windows((3, 2), (1, 2), ((1, 1), (1, 1)), (2, 1))),
        case(normal(2, 4, 2, 2), normal(4, 3, 2, 2), sizes=(3, 3), groups=2,
             windows=Windows((2, 2), (1, 1), ((0, 0),) * 2, (1, 1))),
        case(normal(2, 3, 2, 1), normal(3, 2, 1, 1), sizes=(4, 2),
             windows=Windows((1, 1), (2, 2), ((0, 0),) * 2, (1, 1))),
        case(normal(0, 1, 2), normal(1, 2, 2), windows=Windows((2,), (1,), ((0, 0),), (1,)), sizes=(3,)),
    ]  # fmt: skip
    errors = [
        case((2, 2, 3), (3, 2, 3), windows=Windows((3,), (1,), ((0, 0),), (1,)), sizes=(5,)),
        case((2, 3, 3), (3, 2, 3), windows=Windows((3,), (1,), ((0, 0),), (1,)), sizes=(4,)),
        case((2, 3), (3, 2, 3), windows=Windows((3,), (1,), ((0, 0),), (1,)), sizes=(4,)),
    ]


class ConvolutionWeights(Windowed):
    """The adjoint of a convolution by its weights: the windows of x, each times the element of y that goes with it.

        W[o, c, k] = sum over n and p of  y[n, o, p] x[n, c, stride p + dilation k - padding]

        dx = the transpose of y by dW        dy = the convolution of x by dW

    Shape: x (N, C, *sizes), y (N, O, *count) -> (O, C / groups, *kernel)

    Args:
        windows: where the windows lie.
        groups: into so many groups channels are divided; those of one belong to those of one alone.
    """

    output_names = ("W",)

    def shape(self, x: Shape, y: Shape) -> Shape:
        self.check_images(x)
        self.check_images(y, "y")
        expect(x[0] == y[0], "x and y must have as many examples")
        expect(x[1] % self.groups == y[1] % self.groups == 0, f"channels must be divisible by {self.groups} groups")
        expect(self.windows.count(x[2:]) == y[2:], "y must have an element for each window of x")
        return (y[1], x[1] // self.groups, *self.windows.kernel)

    def forward(self, xp: Any, x: Any, y: Any) -> Any:
        return columns.correlate(xp, x, y, self.windows, self.groups)

    def multiply_adds(self, x: Shape, y: Shape) -> int:  # type: ignore[override]
        return math.prod(y) * math.prod(self.shape(x, y)[1:])

    def grad_x(self, gW: Any, y: Any, x_shape: Shape) -> Any:
        return apply(ConvolutionTranspose(self.windows, x_shape[2:], self.groups), y, gW)

    def grad_y(self, gW: Any, x: Any) -> Any:
        return apply(Convolution(self.windows, self.groups), x, gW)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        x, y = inputs
        groups = self.groups
        if batched == [True, False]:
            return apart(self(beside(x, 1, groups), y), 1, 1, len(x))
        if batched == [False, True]:
            return apart(self(x, beside(y, 1, groups)), 0, groups, len(y))
        op = self.changed(groups=groups * len(x))
        return apart(op(beside(x, 1, 1), beside(y, 1, 1)), 0, 1, len(x))

    samples = [
        case(normal(2, 2, 5), normal(2, 3, 2), windows=Windows((3,), (2,), ((1, 0),), (1,))),
        case(normal(2, 2, 5, 4), normal(2, 3, 3, 3), windows=Windows((3, 2), (1, 2), ((1, 1), (1, 1)), (2, 1))),
        case(normal(2, 4, 3, 3), normal(2, 6, 2, 2), groups=2,
             windows=Windows((2, 2), (1, 1), ((0, 0),) * 2, (1, 1))),
        case(normal(2, 2, 3), normal(2, 3, 3), windows=Windows((1,), (1,), ((0, 0),), (1,))),
        case(normal(0, 1, 3), normal(0, 2, 2), windows=Windows((2,), (1,), ((0, 0),), (1,))),
    ]  # fmt: skip
    errors = [
        case((2, 2, 5), (3, 2, 3), windows=Windows((3,), (1,), ((0, 0),), (1,))),
        case((2, 2, 5), (2, 2, 2), windows=Windows((3,), (1,), ((0, 0),), (1,))),
        case((2, 3, 5), (2, 2, 3), windows=Windows((3,), (1,), ((0, 0),), (1,)), groups=2),
    ]


def with_bias(sample: Case, axis: int) -> Case:
    """A sample of an op with a bias beside it; the channels of the result are on this axis of the weights."""
    channels = sample.inputs[1].shape[axis] * (sample.options.get("groups", 1) if axis else 1)
    return case(*sample.inputs, normal(channels), **sample.options)


class Biased(Windowed):
    """With a third input, b, which is added to every channel of the result in the pass that writes it."""

    multilinear = False

    def grad_b(self, gy: Any) -> Any:
        return gy.sum(axis=(0, *range(2, gy.ndim)))

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        if batched == [True, False, False]:
            return self.joined(*inputs)
        return self.grouped(*all_batched(inputs, batched))


class BiasedConvolution(Biased, Convolution):
    """A convolution and a bias for every channel.

        y = the convolution of x by W, plus b[o]        db = sum of dy over all but the channels

    Shape: x (N, C, *sizes), W (O, C / groups, *kernel), b (O,) -> (N, O, *count)
    """

    def forward(self, xp: Any, x: Any, W: Any, b: Any) -> Any:  # type: ignore[override]
        return columns.convolve(xp, x, W, b, self.windows, self.groups)

    samples = [with_bias(sample, 0) for sample in Convolution.samples]
    errors = [case((2, 2, 5), (3, 2, 3), (2,), windows=Windows((3,), (1,), ((0, 0),), (1,)))]


class BiasedConvolutionTranspose(Biased, ConvolutionTranspose):
    """The adjoint of a convolution and a bias for every channel.

        y = the transpose of x by W, plus b[c]        db = sum of dy over all but the channels

    Shape: x (N, O, *count), W (O, C / groups, *kernel), b (C,) -> (N, C, *sizes)
    """

    def forward(self, xp: Any, x: Any, W: Any, b: Any) -> Any:  # type: ignore[override]
        return columns.transpose(xp, x, W, b, self.windows, self.sizes, self.groups)

    samples = [with_bias(sample, 1) for sample in ConvolutionTranspose.samples]
    errors = [case((2, 3, 3), (3, 2, 3), (3,), windows=Windows((3,), (1,), ((0, 0),), (1,)), sizes=(5,))]
