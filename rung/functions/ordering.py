"""Where the largest is, what order elements have, and picking by such indices."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.families import Reduction
from rung.core.function import Function
from rung.core.samples import case, distinct, labels, normal
from rung.core.variable import Variable
from rung.errors import ValueRangeError
from rung.functions.documented import documented
from rung.functions.view import get_item
from rung.shapes import Shape, expect, normalize_axes


class ArgReduction(Reduction):
    """The index of one element along an axis (of all elements in order, if `axis` is None); a constant.

    Of several equal ones it is the first.
    """

    differentiable = False
    needs_elements = True
    checks_shape = True

    def shape(self, x: Shape) -> Shape:
        expect(self.axis is None or isinstance(self.axis, int), "axis must be one integer, or None")
        return super().shape(x)

    samples = [distinct(3, 4), case(distinct(3, 4), axis=-1), case(distinct(2, 3, 4), axis=0, keepdims=True)]
    errors = [((0,),)]


class ArgMax(ArgReduction):
    """The index of the largest element along an axis; a constant. The first of several equal ones."""

    def forward(self, xp: Any, x: Any) -> Any:
        return x.argmax(axis=self.axis, keepdims=self.keepdims)


class ArgMin(ArgReduction):
    """The index of the smallest element along an axis; a constant. The first of several equal ones."""

    def forward(self, xp: Any, x: Any) -> Any:
        return x.argmin(axis=self.axis, keepdims=self.keepdims)


class ArgSort(Function):
    """The indices that sort along an axis, smallest first; a constant. Equal elements keep their order.

    Shape: any -> the same.
    """

    differentiable = False

    def __init__(self, axis: int = -1):
        self.axis = axis

    def shape(self, x: Shape) -> Shape:
        normalize_axes(self.axis, len(x))
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.argsort(x, axis=self.axis, kind="stable")

    samples = [distinct(5), case(distinct(3, 4), axis=0)]


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


@documented(ArgMax)
def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Variable:
    return apply(ArgMax(axis, keepdims), x)


@documented(ArgMin)
def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Variable:
    return apply(ArgMin(axis, keepdims), x)


@documented(ArgSort)
def argsort(x: Any, axis: int = -1) -> Variable:
    return apply(ArgSort(axis), x)


@documented(TakeAlongAxis)
def take_along_axis(x: Any, index: Any, axis: int = -1) -> Variable:
    return apply(TakeAlongAxis(axis), x, index)


def sort(x: Any, axis: int = -1) -> Variable:
    """The elements in order along an axis, smallest first; gradients go back to where each came from.

    Shape: any -> the same.

    >>> import numpy as np
    >>> sort(np.array([3.0, 1.0, 2.0]))
    variable([1. 2. 3.])
    """
    return take_along_axis(x, argsort(x, axis), axis)


def topk(x: Any, k: int, axis: int = -1) -> tuple[Variable, Variable]:
    """The k largest elements along an axis, largest first, and their indices.

    Shape: any -> the same, with k along `axis`.

    >>> import numpy as np
    >>> topk(np.array([3.0, 1.0, 2.0]), 2)
    (variable([3. 2.]), variable([0 2]))
    """
    (axis,) = normalize_axes(axis, len(x.shape))
    if not 1 <= k <= x.shape[axis]:
        raise ValueRangeError(f"topk: expected k from 1 to {x.shape[axis]}, but got {k}")
    last_k = (*[slice(None)] * axis, slice(None, -k - 1, -1))
    index = get_item(argsort(x, axis), last_k)
    return take_along_axis(x, index, axis), index
