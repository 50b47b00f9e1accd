"""Convolutions in one, two and three dimensions."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.variable import Variable
from rung.functions.documented import composed
from rung.functions.linalg.product import check_shapes
from rung.functions.spatial.geometry import Padding, Windows, each, resolved
from rung.functions.spatial.operators import BiasedConvolution, Convolution
from rung.shapes import Shape, expect

__all__ = ["conv1d", "conv2d", "conv3d"]


@composed
def conv2d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: int | Shape = 1,
    pad: Padding = 0,
    dilation: int | Shape = 1,
    groups: int = 1,
) -> Variable:
    """Slide kernels over images: in every place, the sum of the products of a kernel and what lies under it.

        y[n, o, p, q] = b[o] + sum over c, i, j of  W[o, c, i, j] x[n, c, stride p + dilation i, stride q + dilation j

    where x stands among its padding. With as many groups as channels, it is a depthwise convolution.

    Shape: x (N, C, H, W), W (O, C / groups, KH, KW), b (O,) or None -> (N, O, OH, OW), with
    OH = (H + padding - dilation (KH - 1) - 1) // stride + 1

    Args:
        stride: how far the next place is, in both directions, or in each of them.
        pad: how many zeros to put around the images: one number; one for each direction, each a number or a pair
            (before, behind); ``"valid"``, none; or ``"same"``, which gives ceil(size / stride) places for any stride,
            an odd zero behind.
        dilation: how far apart the elements of a kernel lie.
        groups: into so many groups channels are divided, and those of one are computed from those of one alone.

    Raises:
        ShapeError: these shapes and options do not fit together; a kernel reaches beyond the image and its padding.

    >>> import numpy as np
    >>> x, W = np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2))
    >>> conv2d(x, W)
    variable([[[[ 8. 12.]
                [20. 24.]]]])
    >>> conv2d(x, W, pad="same").shape, conv2d(x, W, stride=2, pad=((1, 0), (0, 1))).shape
    ((1, 1, 3, 3), (1, 1, 2, 2))
    """
    return convolve("conv2d", 2, x, W, b, stride, pad, dilation, groups)


@composed
def conv1d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: int | Shape = 1,
    pad: Padding = 0,
    dilation: int | Shape = 1,
    groups: int = 1,
) -> Variable:
    """Slide kernels over sequences: `conv2d` along one axis, with the same options.

        y[n, o, p] = b[o] + sum over c, i of  W[o, c, i] x[n, c, stride p + dilation i]

    Shape: x (N, C, L), W (O, C / groups, K), b (O,) or None -> (N, O, OL)

    >>> import numpy as np
    >>> conv1d(np.array([[[1.0, 2.0, 4.0, 8.0]]]), np.array([[[-1.0, 1.0]]]))  # differences
    variable([[[1. 2. 4.]]])
    """
    return convolve("conv1d", 1, x, W, b, stride, pad, dilation, groups)


@composed
def conv3d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: int | Shape = 1,
    pad: Padding = 0,
    dilation: int | Shape = 1,
    groups: int = 1,
) -> Variable:
    """Slide kernels over volumes, or over images and time: `conv2d` along three axes, with the same options.

        y[n, o, p] = b[o] + sum over c, k of  W[o, c, k] x[n, c, stride p + dilation k],      p and k of three parts

    Shape: x (N, C, D, H, W), W (O, C / groups, KD, KH, KW), b (O,) or None -> (N, O, OD, OH, OW)

    >>> import numpy as np
    >>> conv3d(np.ones((1, 2, 4, 4, 4)), np.ones((3, 2, 3, 3, 3)), pad=1).shape
    (1, 3, 4, 4, 4)
    """
    return convolve("conv3d", 3, x, W, b, stride, pad, dilation, groups)


def convolve(
    name: str, ndim: int, x: Any, W: Any, b: Any, stride: Any, pad: Padding, dilation: Any, groups: int
) -> Variable:
    """The convolution along `ndim` axes, in the words of the function of this name."""

    def windows(x: Shape, W: Shape) -> Windows:
        kernel, sizes = of_space(W, "W", ndim), of_space(x, "x", ndim)
        return resolved(kernel, each("stride", stride, ndim), pad, each("dilation", dilation, ndim), sizes)

    op_type = Convolution if b is None else BiasedConvolution
    op = op_type(check_shapes(name, windows, x=x, W=W), *each("groups", groups, 1))
    op.name = name  # type: ignore[misc]
    return apply(op, x, W) if b is None else apply(op, x, W, b)


def of_space(shape: Shape, name: str, ndim: int) -> Shape:
    """The axes behind those of examples and channels."""
    expect(len(shape) == ndim + 2, f"{name} must have {ndim + 2} axes, the last {ndim} of them of space")
    return shape[2:]
