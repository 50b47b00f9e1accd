"""The adjoints of convolutions, which make larger images of smaller ones."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.variable import Variable
from rung.functions.documented import composed
from rung.functions.linalg.product import check_shapes
from rung.functions.spatial.convolution import of_space
from rung.functions.spatial.geometry import Padding, Windows, each, resolved
from rung.functions.spatial.operators import BiasedConvolutionTranspose, ConvolutionTranspose
from rung.shapes import Shape

__all__ = ["deconv1d", "deconv2d", "deconv3d"]


@composed
def deconv2d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: int | Shape = 1,
    pad: Padding = 0,
    outsize: int | Shape | None = None,
    dilation: int | Shape = 1,
    groups: int = 1,
) -> Variable:
    """Stamp kernels on a canvas, one for every element of the images, where the places of `conv2d` are.

        y[n, c, stride p + dilation i, stride q + dilation j]  gets  W[o, c, i, j] x[n, o, p, q],
        for all o, i, j, p, q; these sum up, b[c] is added, and what lies on the padding is cut off

    It is the adjoint of `conv2d` with the same W and options, sum(conv2d(y, W) x) = sum(y deconv2d(x, W)): what is
    called a transposed convolution, or, as DeZero does, a deconvolution.

    Shape: x (N, O, H, W), W (O, C / groups, KH, KW), b (C,) or None -> (N, C, OH, OW), with
    OH = stride (H - 1) + dilation (KH - 1) + 1 - padding, or `outsize`

    Args:
        stride: how far apart the places of neighbours are, in both directions, or in each of them.
        pad: how much to cut off: as in `conv2d`. With ``"same"``, the sizes are multiplied by `stride`.
        outsize: the sizes of the result, where a stride leaves a choice: those which `conv2d` makes (H, W) of.
        dilation: how far apart the elements of a kernel lie.
        groups: into so many groups channels are divided, and those of one are computed from those of one alone.

    Raises:
        ShapeError: these shapes and options do not fit together.

    >>> import numpy as np
    >>> deconv2d(np.array([[[[1.0, 10.0]]]]), np.ones((1, 1, 2, 2)))
    variable([[[[ 1. 11. 10.]
                [ 1. 11. 10.]]]])
    >>> deconv2d(np.ones((1, 4, 5, 5)), np.ones((4, 3, 3, 3)), stride=2, pad=1, outsize=(10, 10)).shape
    (1, 3, 10, 10)
    """
    return transpose("deconv2d", 2, x, W, b, stride, pad, outsize, dilation, groups)


@composed
def deconv1d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: int | Shape = 1,
    pad: Padding = 0,
    outsize: int | Shape | None = None,
    dilation: int | Shape = 1,
    groups: int = 1,
) -> Variable:
    """The adjoint of `conv1d`: `deconv2d` along one axis, with the same options.

        y[n, c, stride p + dilation i] = b[c] + sum over o and all p and i that meet there of  W[o, c, i] x[n, o, p]

    Shape: x (N, O, L), W (O, C / groups, K), b (C,) or None -> (N, C, OL)

    >>> import numpy as np
    >>> deconv1d(np.array([[[1.0, 2.0]]]), np.array([[[1.0, 1.0]]]), stride=2)
    variable([[[1. 1. 2. 2.]]])
    """
    return transpose("deconv1d", 1, x, W, b, stride, pad, outsize, dilation, groups)


@composed
def deconv3d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: int | Shape = 1,
    pad: Padding = 0,
    outsize: int | Shape | None = None,
    dilation: int | Shape = 1,
    groups: int = 1,
) -> Variable:
    """The adjoint of `conv3d`: `deconv2d` along three axes, with the same options.

        y[n, c, stride p + dilation k] = b[c] + sum over o and all p and k that meet there of  W[o, c, k] x[n, o, p],
        p and k of three parts

    Shape: x (N, O, D, H, W), W (O, C / groups, KD, KH, KW), b (C,) or None -> (N, C, OD, OH, OW)

    >>> import numpy as np
    >>> deconv3d(np.ones((1, 2, 2, 2, 2)), np.ones((2, 3, 2, 2, 2)), stride=2).shape
    (1, 3, 4, 4, 4)
    """
    return transpose("deconv3d", 3, x, W, b, stride, pad, outsize, dilation, groups)


def transpose(
    name: str, ndim: int, x: Any, W: Any, b: Any, stride: Any, pad: Padding, outsize: Any, dilation: Any, groups: int
) -> Variable:
    """The adjoint of the convolution along `ndim` axes, in the words of the function of this name."""

    def geometry(x: Shape, W: Shape) -> tuple[Windows, Shape]:
        kernel, count, steps = of_space(W, "W", ndim), of_space(x, "x", ndim), each("stride", stride, ndim)
        sizes = each("outsize", outsize, ndim) if outsize is not None else None
        of_same = tuple(n * s for n, s in zip(count, steps, strict=True)) if sizes is None else sizes
        windows = resolved(kernel, steps, pad, each("dilation", dilation, ndim), of_same)
        return windows, windows.sizes(count) if sizes is None and pad != "same" else of_same

    op_type = ConvolutionTranspose if b is None else BiasedConvolutionTranspose
    op = op_type(*check_shapes(name, geometry, x=x, W=W), *each("groups", groups, 1))
    op.name = name  # type: ignore[misc]
    return apply(op, x, W) if b is None else apply(op, x, W, b)
