"""Ops that give the same elements other axes: shapes, orders of axes, broadcasting and its adjoint."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.core.call import apply
from rung.core.families import View
from rung.core.function import Function
from rung.core.node import sum_to as sum_to_shape
from rung.core.samples import case, normal, scalar
from rung.core.variable import Variable
from rung.errors import ShapeError, message
from rung.functions.documented import composed, documented
from rung.shapes import Shape, as_shape, broadcast, expect, normalize_axes, normalize_axis, summed_axes

__all__ = [
    "broadcast_to", "expand_dims", "flatten", "moveaxis", "reshape", "squeeze", "sum_to", "swapaxes", "transpose",
]  # fmt: skip


class Reshape(View):
    """The same elements in the same order under another shape; one axis may be -1 and is worked out.

        y = x.reshape(shape)          dx = dy.reshape(x.shape)

    Shape: any -> `shape`, of the same size.

    >>> import numpy as np
    >>> reshape(Variable(np.ones((2, 3))), (3, -1)).shape
    (3, 2)
    """

    def __init__(self, shape: Any):
        self.to = _shape_for("reshape", shape)

    def forward(self, xp: Any, x: Any) -> Any:
        return x.reshape(self.to)

    def grad_x(self, gy: Any, x_shape: Shape) -> Any:
        return gy.reshape(x_shape)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        (x,) = inputs
        known = math.prod(n for n in self.to if n != -1)
        to = [math.prod(x.shape[1:]) // (known or 1) if n == -1 else n for n in self.to]
        return reshape(x, (len(x), *to))

    samples = [
        case(normal(3, 4), shape=(2, 6)),
        case(normal(2, 3, 4), shape=(4, -1)),
        case(scalar(2.0), shape=(1, 1)),
    ]


class Transpose(View):
    """The axes in another order; without `axes`, in reverse.

        y = x.transpose(axes)         dx = dy.transpose(inverse of axes)

    Shape: (n0, n1, …) -> (n[axes[0]], n[axes[1]], …)

    >>> import numpy as np
    >>> transpose(np.ones((2, 3, 4)), (1, 0, 2)).shape
    (3, 2, 4)
    """

    def __init__(self, axes: Any = None):
        self.axes = None if axes is None else _shape_for("transpose", axes)

    def shape(self, x: Shape) -> Shape:
        axes = tuple(reversed(range(len(x)))) if self.axes is None else self.axes
        expect(len(axes) == len(x), f"axes {axes} must name each of the {len(x)} axes once")
        normalize_axes(axes, len(x))
        return tuple(x[axis] for axis in axes)

    def forward(self, xp: Any, x: Any) -> Any:
        return x.transpose(self.axes) if self.axes is not None else x.T

    def grad_x(self, gy: Any) -> Any:
        if self.axes is None:
            return gy.T
        order = [axis % len(self.axes) for axis in self.axes]
        return gy.transpose(tuple(order.index(axis) for axis in range(len(order))))

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        (x,) = inputs
        n = x.ndim - 1
        axes = reversed(range(n)) if self.axes is None else [axis % n for axis in self.axes]
        return transpose(x, (0, *[axis + 1 for axis in axes]))

    samples = [
        normal(3, 4),
        case(normal(2, 3, 4), axes=(1, 0, 2)),
        case(normal(2, 3, 4), axes=(-1, 0, 1)),
        scalar(2.0),
    ]


class BroadcastTo(View):
    """Repeat along axes of size 1, and along new leading axes, without copying.

        y = broadcast_to(x, shape)    dx = sum_to(dy, x.shape)

    Shape: one that broadcasts to `shape` -> `shape`.

    >>> import numpy as np
    >>> broadcast_to(Variable(np.array([1.0, 2.0])), (2, 2))
    variable([[1. 2.]
              [1. 2.]])
    """

    broadcasts = True

    def __init__(self, shape: Any):
        self.to = _shape_for("broadcast_to", shape)

    def shape(self, x: Shape) -> Shape:
        expect(broadcast(x, self.to) == self.to, f"the shape must broadcast to {self.to}")
        return self.to

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.broadcast_to(x, self.to)

    def grad_x(self, gy: Any) -> Any:
        return gy  # the engine sums over the axes that were stretched

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        (x,) = inputs
        filled = (len(x), *[1] * (len(self.to) - x.ndim + 1), *x.shape[1:])
        return broadcast_to(reshape(x, filled), (len(x), *self.to))

    samples = [case(normal(3, 1), shape=(2, 3, 4)), case(scalar(2.0), shape=(2, 2))]


class SumTo(Function):
    """Sum over the axes that broadcasting would have stretched: the adjoint of `broadcast_to`.

        y = sum_to(x, shape)          dx = broadcast_to(dy, x.shape)

    Shape: one that `shape` broadcasts to -> `shape`.

    >>> import numpy as np
    >>> sum_to(np.ones((2, 3)), (3,))
    variable([2. 2. 2.])
    """

    multilinear = True

    def __init__(self, shape: Any):
        self.to = _shape_for("sum_to", shape)

    def shape(self, x: Shape) -> Shape:
        summed_axes(x, self.to)
        return self.to

    def forward(self, xp: Any, x: Any) -> Any:
        return sum_to_shape(x, self.to)

    def grad_x(self, gy: Any, x_shape: Shape) -> Any:
        return broadcast_to(gy, x_shape)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        (x,) = inputs
        filled = (len(x), *[1] * (x.ndim - 1 - len(self.to)), *self.to)
        return reshape(sum_to(x, filled), (len(x), *self.to))

    samples = [case(normal(2, 3, 4), shape=(3, 1)), case(normal(3), shape=())]


def _shape_for(op: str, value: Any) -> Shape:
    try:
        return as_shape(value)
    except ShapeError as error:
        raise ShapeError(f"{op}: {error}") from None


@documented(Reshape)
def reshape(x: Any, shape: Any) -> Variable:
    return apply(Reshape(shape), x)


@documented(Transpose)
def transpose(x: Any, axes: Any = None) -> Variable:
    return apply(Transpose(axes), x)


@composed
def swapaxes(x: Any, axis1: int, axis2: int) -> Variable:
    """Exchange two axes.

    Shape: any -> the same with two sizes exchanged.

    >>> import numpy as np
    >>> swapaxes(np.ones((2, 3, 4)), 0, 2).shape
    (4, 3, 2)
    """
    order = list(range(np.ndim(x._data if isinstance(x, Variable) else x)))
    if not all(-len(order) <= axis < len(order) for axis in (axis1, axis2)):
        raise ShapeError(
            message("swapaxes", f"the axes {axis1} and {axis2} must be within the {len(order)} axes", x=x)
        )
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


@documented(BroadcastTo)
def broadcast_to(x: Any, shape: Any) -> Variable:
    return apply(BroadcastTo(shape), x)


@documented(SumTo)
def sum_to(x: Any, shape: Any) -> Variable:
    return apply(SumTo(shape), x)


@composed
def expand_dims(x: Any, axis: int | tuple[int, ...]) -> Variable:
    """Insert axes of size 1; negative ones count from the last axis of the *result*.

    Shape: any -> the same, with ones at `axis`.

    >>> import numpy as np
    >>> expand_dims(np.ones((2, 3)), -1).shape, expand_dims(np.ones(3), (0, 2)).shape
    ((2, 3, 1), (1, 3, 1))
    """
    shape = getattr(x, "shape", ())
    new = normalize_axes(axis, len(shape) + len(as_shape(axis)), "expand_dims")
    sizes = iter(shape)
    return reshape(x, [1 if i in new else next(sizes) for i in range(len(shape) + len(new))])


@composed
def squeeze(x: Any, axis: int | tuple[int, ...] | None = None) -> Variable:
    """Drop axes of size 1: all of them, or the given ones.

    Shape: any -> the same without ones.

    >>> import numpy as np
    >>> squeeze(np.ones((1, 3, 1))).shape, squeeze(np.ones((1, 3, 1)), 0).shape
    ((3,), (3, 1))
    """
    shape = getattr(x, "shape", ())
    gone = [i for i, n in enumerate(shape) if n == 1] if axis is None else normalize_axes(axis, len(shape), "squeeze")
    if any(shape[i] != 1 for i in gone):
        raise ShapeError(message("squeeze", f"the axes {axis} must have size 1", x=x))
    return reshape(x, [n for i, n in enumerate(shape) if i not in gone])


@composed
def flatten(x: Any, start_axis: int = 0) -> Variable:
    """All axes from `start_axis` on made one.

    Shape: (n0, …, n, m, …) -> (n0, …, n m …)

    >>> import numpy as np
    >>> flatten(np.ones((2, 3, 4)), 1).shape, flatten(np.ones((2, 3))).shape
    ((2, 12), (6,))
    """
    shape = getattr(x, "shape", ())
    start = normalize_axis(start_axis, len(shape), "flatten") if shape else 0
    return reshape(x, (*shape[:start], math.prod(shape[start:])))


@composed
def moveaxis(x: Any, source: int, destination: int) -> Variable:
    """One axis to another place, the others in order.

    Shape: any -> the same sizes in another order.

    >>> import numpy as np
    >>> moveaxis(np.ones((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    ndim = len(x.shape)
    source, destination = (normalize_axis(i, ndim, "moveaxis") for i in (source, destination))
    order = [axis for axis in range(ndim) if axis != source]
    order.insert(destination, source)
    return transpose(x, order)
