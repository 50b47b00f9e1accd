"""Layers of convolutions and of their adjoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import rung.functions as F
from rung.core.parameter import Parameter
from rung.core.variable import Variable
from rung.cuda import get_array_module
from rung.dtypes import as_operand
from rung.errors import ShapeError, ValueRangeError, message
from rung.functions.spatial.geometry import Padding, each
from rung.initializers import lecun_normal, zeros
from rung.layers.layer import Layer
from rung.shapes import Shape, check_sizes, checked_integer

__all__ = ["Conv1d", "Conv2d", "Conv3d", "Deconv1d", "Deconv2d", "Deconv3d"]


class Convolving(Layer):
    """What layers of convolutions share; each of them says along how many axes it goes."""

    ndim: ClassVar[int]
    function: ClassVar[Callable[..., Any]]

    pytorch_names = {"W": "weight", "b": "bias"}

    def __init__(
        self,
        out_channels: int,
        kernel_size: int | Shape,
        stride: int | Shape = 1,
        pad: Padding = 0,
        nobias: bool = False,
        dtype: Any = None,
        in_channels: int | None = None,
        *,
        dilation: int | Shape = 1,
        groups: int = 1,
        initializer: Callable[..., Any] = lecun_normal,
    ):
        who = type(self).__name__
        check_sizes(who, in_channels=in_channels)
        self.out_channels = out_channels = checked_integer(who, "out_channels", out_channels)
        self.in_channels = in_channels
        self.kernel_size = self._one_for_each_axis("kernel_size", kernel_size)
        self.stride = self._one_for_each_axis("stride", stride)
        self.dilation = self._one_for_each_axis("dilation", dilation)
        self.pad = pad
        self.groups = groups = checked_integer(who, "groups", groups)
        self.dtype = dtype
        self.initializer = initializer
        for name, channels in (("out_channels", out_channels), ("in_channels", in_channels)):
            if channels is not None and channels % groups:
                rule = f"expected {name} to be divisible by the {groups} groups, but got {channels}"
                raise ValueRangeError(f"{who}: {rule}")
        self.W = Parameter(None, name="W", expected_shape=self._shape_of_weights(in_channels), dtype=dtype)
        self.b = None if nobias else Parameter(zeros((out_channels,), dtype), name="b")
        if in_channels is not None:
            self._draw_weights(in_channels)

    def _shape_of_weights(self, in_channels: int | None) -> tuple[int | None, ...]:
        return (self.out_channels, None if in_channels is None else in_channels // self.groups, *self.kernel_size)

    def _draw_weights(self, in_channels: int) -> None:
        shape = (self.out_channels, in_channels // self.groups, *self.kernel_size)
        self.W.initialize(self.initializer(shape, self.dtype))

    def _learn_sizes(self, x: Any) -> None:
        """Draw the weights for the channels of the first batch."""
        if len(x.shape) != self.ndim + 2 or x.shape[1] == 0 or x.shape[1] % self.groups:
            groups = f" that are divisible by {self.groups} groups" if self.groups > 1 else ""
            rule = f"x must have {self.ndim + 2} axes, the second of channels{groups}"
            raise ShapeError(message(type(self).__name__, rule, x=x))
        self._draw_weights(x.shape[1])
        if get_array_module(x) is not get_array_module(self.W):
            self.W.to_gpu()

    def forward(self, x: Any) -> Variable:
        return self._call(x, pad=self.pad)

    def _call(self, x: Any, **options: Any) -> Variable:
        if not self.W.is_sized:
            x = x if isinstance(x, Variable) else as_operand(x, type(self).__name__)
            self._learn_sizes(x)
        options |= {"stride": self.stride, "dilation": self.dilation, "groups": self.groups}
        return type(self).function(x, self.W, self.b, **options)

    def _one_for_each_axis(self, name: str, value: Any) -> Shape:
        try:
            return each(name, value, self.ndim)
        except ShapeError as error:
            raise ShapeError(f"{type(self).__name__}: {error}") from None


class Conv1d(Convolving):
    """A convolution of sequences; the arguments are those of `Conv2d`.

    Shape: (N, in_channels, L) -> (N, out_channels, OL)

    >>> import numpy as np
    >>> Conv1d(4, kernel_size=3, pad="same")(np.ones((2, 5, 9))).shape
    (2, 4, 9)
    """

    ndim = 1
    function = F.conv1d


class Conv2d(Convolving):
    """A convolution of images.

        y[n, o] = b[o] + sum over c of  x[n, c] convolved with W[o, c]

    Shape: (N, in_channels, H, W) -> (N, out_channels, OH, OW), as of `rung.functions.conv2d`

    Args:
        out_channels: the number of channels of the result.
        kernel_size: how far a kernel reaches: one integer for all axes, or one for each.
        stride: how far the next place of a kernel is.
        pad: how many zeros to put around the images: one number; one for each axis, each a number or a pair; or
            ``"same"`` or ``"valid"``.
        nobias: leave out b.
        dtype: of the parameters; the default dtype if None.
        in_channels: the number of channels of the input; learnt from the first batch if None.
        dilation: how far apart the elements of a kernel lie.
        groups: into so many groups channels are divided, and those of one are computed from those of one alone.
        initializer: draws the first W: see `rung.initializers`.

    >>> import numpy as np
    >>> layer = Conv2d(8, kernel_size=3, stride=2, pad=1)
    >>> layer(np.ones((2, 3, 32, 32))).shape, layer.W.shape
    ((2, 8, 16, 16), (8, 3, 3, 3))
    """

    ndim = 2
    function = F.conv2d


class Conv3d(Convolving):
    """A convolution of volumes; the arguments are those of `Conv2d`.

    Shape: (N, in_channels, D, H, W) -> (N, out_channels, OD, OH, OW)

    >>> import numpy as np
    >>> Conv3d(4, kernel_size=2)(np.ones((1, 2, 3, 3, 3))).shape
    (1, 4, 2, 2, 2)
    """

    ndim = 3
    function = F.conv3d


class Deconvolving(Convolving):
    """What layers of adjoint convolutions share: weights the other way round, and a choice of the result's sizes."""

    def _shape_of_weights(self, in_channels: int | None) -> tuple[int | None, ...]:
        return (in_channels, self.out_channels // self.groups, *self.kernel_size)

    def _draw_weights(self, in_channels: int) -> None:
        """As for a convolution of as many inputs, so that initializers read off the right fan_in."""
        outer, inner = self.out_channels // self.groups, in_channels // self.groups
        drawn = self.initializer((self.out_channels, inner, *self.kernel_size), self.dtype)
        drawn = drawn.reshape((self.groups, outer, inner, *self.kernel_size)).swapaxes(1, 2)
        self.W.initialize(drawn.reshape((in_channels, outer, *self.kernel_size)))

    def forward(self, x: Any, outsize: int | Shape | None = None) -> Variable:
        return self._call(x, pad=self.pad, outsize=outsize)


class Deconv1d(Deconvolving):
    """The adjoint of a convolution of sequences; the arguments are those of `Deconv2d`.

    Shape: (N, in_channels, L) -> (N, out_channels, OL)

    >>> import numpy as np
    >>> Deconv1d(4, kernel_size=2, stride=2)(np.ones((2, 5, 9))).shape
    (2, 4, 18)
    """

    ndim = 1
    function = F.deconv1d


class Deconv2d(Deconvolving):
    """The adjoint of a convolution, which makes larger images: also called a transposed convolution.

    ``layer(x, outsize=(OH, OW))`` chooses the sizes of the result, where the stride leaves a choice.

    Shape: (N, in_channels, H, W) -> (N, out_channels, OH, OW), as of `rung.functions.deconv2d`

    Args:
        out_channels: the number of channels of the result.
        kernel_size: how far a kernel reaches: one integer for all axes, or one for each.
        stride: how far apart the places are that neighbours go to.
        pad: how much to cut off around the result; with ``"same"``, its sizes are those of x times `stride`.
        nobias: leave out b.
        dtype: of the parameters; the default dtype if None.
        in_channels: the number of channels of the input; learnt from the first batch if None.
        dilation: how far apart the elements of a kernel lie.
        groups: into so many groups channels are divided, and those of one are computed from those of one alone.
        initializer: draws the first W: see `rung.initializers`.

    >>> import numpy as np
    >>> layer = Deconv2d(3, kernel_size=4, stride=2, pad=1)
    >>> layer(np.ones((2, 8, 16, 16))).shape, layer.W.shape
    ((2, 3, 32, 32), (8, 3, 4, 4))
    """

    ndim = 2
    function = F.deconv2d


class Deconv3d(Deconvolving):
    """The adjoint of a convolution of volumes; the arguments are those of `Deconv2d`.

    Shape: (N, in_channels, D, H, W) -> (N, out_channels, OD, OH, OW)

    >>> import numpy as np
    >>> Deconv3d(4, kernel_size=2)(np.ones((1, 2, 3, 3, 3))).shape
    (1, 4, 4, 4, 4)
    """

    ndim = 3
    function = F.deconv3d
