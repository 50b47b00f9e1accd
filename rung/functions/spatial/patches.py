"""Windows laid out as columns, and put back: im2col and col2im."""

from __future__ import annotations

import math
from typing import Any

from rung.core.call import apply
from rung.core.function import Function
from rung.core.samples import case, normal
from rung.core.variable import Variable
from rung.functions.documented import composed
from rung.functions.linalg.product import check_shapes
from rung.functions.spatial.geometry import Padding, Windows, each, resolved
from rung.functions.view import reshape, transpose
from rung.shapes import Shape, as_shape, expect

__all__ = ["col2im", "im2col"]


class Windowing(Function):
    """What windows and their adjoint share: a batch of images is a batch of more images."""

    linear = True
    checks_shape = True

    def __init__(self, windows: Windows):
        self.windows = windows

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        (x,) = inputs
        y = self(reshape(x, (x.shape[0] * x.shape[1], *x.shape[2:])))
        return reshape(y, (*x.shape[:2], *y.shape[1:]))


class Patches(Windowing):
    """The windows of images, with axes of their own.

        y[n, c, k, p] = x[n, c, stride p + dilation k - padding],      k the place in a window, p that of the window

        dx = every element of dy, added where it came from

    Shape: x (N, C, *sizes) -> (N, C, *kernel, *count)
    """

    def shape(self, x: Shape) -> Shape:
        ndim = len(self.windows.kernel)
        expect(len(x) == ndim + 2, f"the images must have axes of examples and channels, and {ndim} of space")
        return (*x[:2], *self.windows.kernel, *self.windows.count(x[2:]))

    def forward(self, xp: Any, x: Any) -> Any:
        windows = self.windows
        padded = xp.zeros((*x.shape[:2], *windows.padded(x.shape[2:])), x.dtype)
        padded[(..., *windows.inside(x.shape[2:]))] = x
        y = xp.empty(self.shape(x.shape), x.dtype)
        for at, place in windows.places(windows.count(x.shape[2:])):
            y[(slice(None), slice(None), *at)] = padded[(..., *place)]
        return y

    def grad_x(self, gy: Any, x_shape: Shape) -> Any:
        return apply(Overlay(self.windows, x_shape[2:]), gy)

    samples = [
        case(normal(2, 2, 5), windows=Windows((3,), (2,), ((1, 0),), (1,))),
        case(normal(2, 2, 5, 4), windows=Windows((3, 2), (1, 2), ((1, 1), (0, 1)), (2, 1))),
        case(normal(1, 2, 3), windows=Windows((1,), (1,), ((0, 0),), (1,))),
        case(normal(0, 2, 3), windows=Windows((2,), (1,), ((0, 0),), (1,))),
    ]
    errors = [
        case((2, 2, 2), windows=Windows((3,), (1,), ((0, 0),), (1,))),
        case((2, 2), windows=Windows((3,), (1,), ((0, 0),), (1,))),
    ]


class Overlay(Windowing):
    """Windows laid over one another, each where it belongs: the adjoint of taking them out.

        y[n, c, stride p + dilation k - padding] = sum over the k and p that meet there of  x[n, c, k, p]

        dx = the windows of dy

    Shape: x (N, C, *kernel, *count) -> (N, C, *sizes)

    Args:
        windows: where the windows lie.
        sizes: the sizes of the images.
    """

    of_reals = True

    def __init__(self, windows: Windows, sizes: Shape):
        super().__init__(windows)
        self.sizes = sizes

    def shape(self, x: Shape) -> Shape:
        own = (*self.windows.kernel, *self.windows.count(self.sizes))
        expect(x[2:] == own, f"windows in images of {self.sizes} must be (N, C, {', '.join(map(str, own))})")
        return (*x[:2], *self.sizes)

    def forward(self, xp: Any, x: Any) -> Any:
        windows = self.windows
        padded = xp.zeros((*x.shape[:2], *windows.padded(self.sizes)), x.dtype)
        for at, place in windows.places(windows.count(self.sizes)):
            padded[(..., *place)] += x[(slice(None), slice(None), *at)]
        return padded[(..., *windows.inside(self.sizes))]

    def grad_x(self, gy: Any) -> Any:
        return apply(Patches(self.windows), gy)

    samples = [
        case(normal(2, 2, 3, 2), windows=Windows((3,), (2,), ((1, 0),), (1,)), sizes=(4,)),
        case(normal(1, 2, 3, 2, 3, 3), windows=Windows((3, 2), (1, 2), ((1, 1), (1, 1)), (2, 1)), sizes=(5, 4)),
        case(normal(1, 2, 1, 3), windows=Windows((1,), (1,), ((0, 0),), (1,)), sizes=(3,)),
        case(normal(0, 2, 2, 2), windows=Windows((2,), (1,), ((0, 0),), (1,)), sizes=(3,)),
    ]
    errors = [case((2, 2, 3, 3), windows=Windows((3,), (1,), ((0, 0),), (1,)), sizes=(6,))]


@composed
def im2col(
    img: Any,
    kernel_size: int | Shape,
    stride: int | Shape = 1,
    pad: Padding = 0,
    to_matrix: bool = True,
    dilation: int | Shape = 1,
) -> Variable:
    """The windows of images as the rows of a matrix.

        y[(n, p, q), (c, i, j)] = img[n, c, stride p + dilation i, stride q + dilation j]

    where the image stands among its padding. Sequences and volumes do as well: there, too, `kernel_size` is one
    integer, or one for each axis.

    Shape: (N, C, H, W) -> (N OH OW, C KH KW); without `to_matrix` -> (N, C, KH, KW, OH, OW)

    Args:
        kernel_size: the size of a window; this, `stride`, `pad` and `dilation` are as in `conv2d`.
        to_matrix: make one row of each window.

    Raises:
        ShapeError: a window does not fit into the image and its padding.

    >>> import numpy as np
    >>> im2col(np.arange(6.0).reshape(1, 1, 2, 3), kernel_size=2)
    variable([[0. 1. 3. 4.]
              [1. 2. 4. 5.]])
    """
    op = Patches(check_shapes("im2col", lambda img: windows_of(img, kernel_size, stride, pad, dilation), img=img))
    op.name = "im2col"  # type: ignore[misc]
    y = apply(op, img)
    if not to_matrix:
        return y
    count = op.windows.count(img.shape[2:])
    ndim = len(count)
    order = (0, *range(2 + ndim, 2 + 2 * ndim), *range(1, 2 + ndim))
    rows, row = y.shape[0] * math.prod(count), y.shape[1] * math.prod(op.windows.kernel)
    return reshape(transpose(y, order), (rows, row))


@composed
def col2im(
    col: Any,
    input_shape: Shape,
    kernel_size: int | Shape,
    stride: int | Shape = 1,
    pad: Padding = 0,
    to_matrix: bool = True,
    dilation: int | Shape = 1,
) -> Variable:
    """The adjoint of `im2col`: windows are put back into images, and what meets in one place is summed.

        y[n, c, stride p + dilation i, stride q + dilation j]  is the sum of all such  col[(n, p, q), (c, i, j)]

    Shape: (N OH OW, C KH KW), or (N, C, KH, KW, OH, OW) without `to_matrix` -> (N, C, H, W), the `input_shape`

    Args:
        input_shape: that of the images.
        kernel_size: the size of a window; this, `stride`, `pad` and `dilation` are as in `conv2d`.
        to_matrix: `col` has one row for each window.

    Raises:
        ShapeError: there are not as many windows in such images.

    >>> import numpy as np
    >>> col2im(np.ones((2, 4)), (1, 1, 2, 3), kernel_size=2)
    variable([[[[1. 2. 1.]
                [1. 2. 1.]]]])
    """
    images = as_shape(input_shape)
    windows = windows_of(images, kernel_size, stride, pad, dilation)
    count, kernel = windows.count(images[2:]), windows.kernel
    if to_matrix:
        rows, row = images[0] * math.prod(count), images[1] * math.prod(kernel)
        fits = lambda col: expect(col == (rows, row), f"col must be ({rows}, {row}) for images of {images}")
        check_shapes("col2im", fits, col=col)
        ndim = len(count)
        order = (0, 1 + ndim, *range(2 + ndim, 2 + 2 * ndim), *range(1, 1 + ndim))
        col = transpose(reshape(col, (images[0], *count, images[1], *kernel)), order)
    op = Overlay(windows, images[2:])
    op.name = "col2im"  # type: ignore[misc]
    return apply(op, col)


def windows_of(images: Shape, kernel_size: Any, stride: Any, pad: Padding, dilation: Any) -> Windows:
    """The windows of images (N, C, *sizes) as a person writes them."""
    expect(len(images) > 2, "the images must have axes of examples, channels and space")
    sizes = images[2:]
    kernel, steps, apart = (
        each(name, value, len(sizes))
        for name, value in (("kernel_size", kernel_size), ("stride", stride), ("dilation", dilation))
    )
    return resolved(kernel, steps, pad, apart, sizes)
