"""Picking elements out, and putting them in: by NumPy's indices, and by an index for each place."""

from __future__ import annotations

import copy
from typing import Any

from rung.core.call import apply
from rung.core.function import Function
from rung.core.samples import case, labels, normal
from rung.core.variable import Variable
from rung.functions.documented import documented
from rung.shapes import Shape, expect, normalize_axes

__all__ = ["get_item", "take_along_axis"]


class GetItem(Function):
    """Pick elements by NumPy's rules: integers, slices, ellipsis, new axes, masks, arrays of indices.

        y = x[index]                  dx = zeros; dx[index] += dy

    A basic index gives a view. An element picked twice gets the sum of both gradients.

    Shape: any -> what NumPy says.
    """

    is_view = True
    multilinear = True

    def __init__(self, index: Any):
        self.index = plain_index(index)

    def forward(self, xp: Any, x: Any) -> Any:
        return x[self.index]

    def grad_x(self, gy: Any, x_shape: Shape) -> Any:
        return apply(PutItem(self.index, x_shape), gy)

    samples = [
        case(normal(5, 3), index=1), case(normal(5, 3), index=(slice(1, 4), 2)), case(normal(4), index=[0, 2, 0]),
        case(normal(3, 4), index=(..., None, slice(None, None, -1))),
        case(normal(3, 2), index=([0, 0, 1], [1, 1, 0])),
    ]  # fmt: skip


class PutItem(Function):
    """Zeros with the given elements added in at an index: the adjoint of `get_item`.

    Shape: that of the picked elements -> `shape`.
    """

    multilinear = True

    def __init__(self, index: Any, shape: Shape):
        self.index = plain_index(index)
        self.to = shape

    def forward(self, xp: Any, x: Any) -> Any:
        y = xp.zeros(self.to, x.dtype)
        if picks_once(self.index):
            y[self.index] = x
        else:
            xp.add.at(y, self.index, x)
        return y

    def grad_x(self, gy: Any) -> Any:
        return gy[self.index]

    samples = [case(normal(3), index=1, shape=(5, 3)), case(normal(3), index=[0, 2, 0], shape=(4,))]


def plain_index(index: Any) -> Any:
    """An index of the op's own: Variables replaced by their arrays, arrays and lists copied."""
    if isinstance(index, tuple):
        return tuple(plain_index(part) for part in index)
    return copy.copy(getattr(index, "_data", index))


def picks_once(index: Any) -> bool:
    """Whether no element can be picked twice: only slices, integers and masks do the picking."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None or part is Ellipsis or isinstance(part, (int, slice))
        or getattr(getattr(part, "dtype", None), "kind", "") == "b" or getattr(part, "shape", None) == ()
        for part in parts
    )  # fmt: skip


class TakeAlongAxis(Function):
    """Pick elements along an axis, by an index for each place of the result.

        y[i, j, k] = x[i, index[i, j, k], k]        dx = dy added up where it was picked

    Shape: x and index alike but for `axis` -> that of index.
    """

    data_inputs = (1,)
    multilinear = True

    def __init__(self, axis: int = -1):
        self.axis = axis

    def shape(self, x: Shape, index: Shape) -> Shape:
        (axis,) = normalize_axes(self.axis, len(x))
        expect(len(x) == len(index), "the index must have as many axes as x")
        expect(x[:axis] == index[:axis] and x[axis + 1 :] == index[axis + 1 :], f"all but axis {axis} must be equal")
        return index

    checks_shape = True

    def forward(self, xp: Any, x: Any, index: Any) -> Any:
        return xp.take_along_axis(x, index, self.axis)

    def grad_x(self, gy: Any, index: Any, x_shape: Shape) -> Any:
        return apply(AddAlongAxis(self.axis, x_shape), gy, index)

    samples = [
        case(normal(3, 4), labels(3, 2, classes=4)), case(normal(3, 4), labels(5, 4, classes=3), axis=0),
    ]  # fmt: skip
    errors = [((2, 3), (3, 3)), ((2, 3), (2,))]


class AddAlongAxis(Function):
    """Zeros with elements added in along an axis: the adjoint of `take_along_axis`.

    Shape: that of the index -> `shape`.
    """

    data_inputs = (1,)
    multilinear = True

    def __init__(self, axis: int, shape: Shape):
        self.axis = axis
        self.to = tuple(shape)

    def forward(self, xp: Any, x: Any, index: Any) -> Any:
        (axis,) = normalize_axes(self.axis, len(self.to))
        places = []
        for i, size in enumerate(x.shape):
            along = [1] * len(self.to)
            along[i] = size
            places.append(index if i == axis else xp.arange(size).reshape(tuple(along)))
        y = xp.zeros(self.to, x.dtype)
        xp.add.at(y, tuple(places), x)
        return y

    def grad_x(self, gy: Any, index: Any) -> Any:
        return take_along_axis(gy, index, self.axis)

    samples = [
        case(normal(3, 2), labels(3, 2, classes=4), axis=-1, shape=(3, 4)),
        case(normal(5, 4), labels(5, 4, classes=3), axis=0, shape=(3, 4)),
    ]  # fmt: skip


@documented(GetItem)
def get_item(x: Any, index: Any) -> Variable:
    return apply(GetItem(index), x)


@documented(TakeAlongAxis)
def take_along_axis(x: Any, index: Any, axis: int = -1) -> Variable:
    return apply(TakeAlongAxis(axis), x, index)
