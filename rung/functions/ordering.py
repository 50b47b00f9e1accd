"""Where the largest is, and what order elements have."""

from __future__ import annotations

from typing import Any

from rung.core.batch import as_rows
from rung.core.call import apply
from rung.core.families import AlongAxis, Reduction
from rung.core.samples import case, distinct
from rung.core.variable import Variable
from rung.errors import ValueRangeError
from rung.functions.documented import composed, documented
from rung.functions.indexing import get_item, take_along_axis
from rung.functions.view import reshape
from rung.shapes import Shape, expect, normalize_axis

__all__ = ["argmax", "argmin", "argsort", "sort", "topk"]


class ArgReduction(Reduction):
    """The index of one element along an axis (of all elements in order, if `axis` is None); a constant.

    Of several equal ones it is the first.
    """

    common_doc = """
    Shape: any -> the shape without the axis; with `keepdims`, it stays with size 1.

    Args:
        axis: one integer; None for all elements in order.
        keepdims: keep the axis.
    """

    differentiable = False
    needs_elements = True
    checks_shape = True

    def shape(self, x: Shape) -> Shape:
        expect(self.axis is None or hasattr(self.axis, "__index__"), "axis must be one integer, or None")
        return super().shape(x)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        (x,) = inputs
        if self.axis is not None:
            return self.changed(axis=normalize_axis(self.axis, x.ndim - 1) + 1)(x)
        y = self.changed(axis=1, keepdims=False)(as_rows(x))
        return reshape(y, (len(x), *[1] * (x.ndim - 1))) if self.keepdims else y

    samples = [distinct(3, 4), case(distinct(3, 4), axis=-1), case(distinct(2, 3, 4), axis=0, keepdims=True)]
    errors = [((0,),)]


class ArgMax(ArgReduction):
    """The index of the largest element along an axis; a constant. The first of several equal ones.

    >>> import numpy as np
    >>> argmax(np.array([[1.0, 3.0, 2.0], [9.0, 8.0, 7.0]]), axis=1)
    variable([1 0])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return x.argmax(axis=self.axis, keepdims=self.keepdims)


class ArgMin(ArgReduction):
    """The index of the smallest element along an axis; a constant. The first of several equal ones.

    >>> import numpy as np
    >>> argmin(np.array([3.0, 1.0, 2.0]))
    variable(1)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return x.argmin(axis=self.axis, keepdims=self.keepdims)


class ArgSort(AlongAxis):
    """The indices that sort along an axis, smallest first; a constant. Equal elements keep their order.

    Shape: any -> the same.

    >>> import numpy as np
    >>> argsort(np.array([3.0, 1.0, 2.0]))
    variable([1 2 0])
    """

    differentiable = False

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.argsort(x, axis=self.axis, kind="stable")

    samples = [distinct(5), case(distinct(3, 4), axis=0)]


@documented(ArgMax)
def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Variable:
    return apply(ArgMax(axis, keepdims), x)


@documented(ArgMin)
def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Variable:
    return apply(ArgMin(axis, keepdims), x)


@documented(ArgSort)
def argsort(x: Any, axis: int = -1) -> Variable:
    return apply(ArgSort(axis), x)


@composed
def sort(x: Any, axis: int = -1) -> Variable:
    """The elements in order along an axis, smallest first; gradients go back to where each came from.

    Shape: any -> the same.

    >>> import numpy as np
    >>> sort(np.array([3.0, 1.0, 2.0]))
    variable([1. 2. 3.])
    """
    return take_along_axis(x, argsort(x, axis), axis)


@composed
def topk(x: Any, k: int, axis: int = -1) -> tuple[Variable, Variable]:
    """The k largest elements along an axis, largest first, and their indices; of equal ones the first comes first.

    Shape: any -> the same, with k along `axis`.

    >>> import numpy as np
    >>> topk(np.array([3.0, 1.0, 2.0]), 2)
    (variable([3. 2.]), variable([0 2]))
    """
    axis = normalize_axis(axis, len(x.shape), "topk")
    if not 1 <= k <= x.shape[axis]:
        raise ValueRangeError(f"topk: expected k from 1 to {x.shape[axis]}, but got {k}")
    # Sorted from behind and read from behind, so that of equal elements the first comes first.
    backwards, last_k = slice(None, None, -1), slice(None, -k - 1, -1)
    before = [slice(None)] * axis
    order = argsort(get_item(x, (*before, backwards)), axis)
    index = x.shape[axis] - 1 - get_item(order, (*before, last_k))
    return take_along_axis(x, index, axis), index
