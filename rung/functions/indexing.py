"""Picking elements out, and putting them in: by NumPy's indices, and by an index for each place."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np

from rung.core.batch import aligned, all_batched
from rung.core.call import apply
from rung.core.families import AlongAxis
from rung.core.function import Function
from rung.core.samples import case, labels, normal
from rung.core.variable import Variable, as_variable
from rung.cuda import as_numpy, get_array_module, has_readable_values, is_array
from rung.errors import DTypeError, IndexRangeError, ShapeError, message
from rung.functions.documented import composed, documented
from rung.functions.elementwise import where
from rung.functions.view import moveaxis, reshape, sum_to, transpose
from rung.shapes import Shape, broadcast, expect, normalize_axis

__all__ = ["gather", "get_item", "index_update", "scatter_add", "take", "take_along_axis"]


class GetItem(Function):
    """Pick elements by NumPy's rules: integers, slices, ellipsis, new axes, masks, arrays of indices.

        y = x[index]                  dx = zeros; dx[index] += dy

    A basic index gives a view. An element picked twice gets the sum of both gradients.

    Shape: any -> what NumPy says.

    >>> import numpy as np
    >>> get_item(Variable(np.array([[1.0, 2.0], [3.0, 4.0]])), (slice(None), 1))
    variable([2. 4.])
    """

    is_view = True
    multilinear = True

    def __init__(self, index: Any):
        self.index = plain_index(index)

    def forward(self, xp: Any, x: Any) -> Any:
        return x[self.index]

    def grad_x(self, gy: Any, x_shape: Shape) -> Any:
        return apply(PutItem(self.index, x_shape), gy)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        (x,) = inputs
        return moveaxis(x[behind_batch(self.index)], axes_in_front(self.index), 0)

    samples = [
        case(normal(5, 3), index=1), case(normal(5, 3), index=(slice(1, 4), 2)), case(normal(4), index=[0, 2, 0]),
        case(normal(3, 4), index=(..., None, slice(None, None, -1))),
        case(normal(3, 2), index=([0, 0, 1], [1, 1, 0])), case(normal(2, 3, 4), index=(0, slice(None), [0, 2])),
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
        x = xp.asarray(x)
        if picks_once(self.index):
            y = xp.zeros(self.to, x.dtype)
            y[self.index] = x
        else:
            y = xp.zeros(self.to, total_dtype(x))
            xp.add.at(y, self.index, x)
        return y

    def grad_x(self, gy: Any) -> Any:
        return gy[self.index]

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        (x,) = inputs
        wholes = PutItem(behind_batch(self.index), (len(x), *self.to))
        return apply(wholes, moveaxis(x, 0, axes_in_front(self.index)))

    samples = [
        case(normal(3), index=1, shape=(5, 3)), case(normal(3), index=[0, 2, 0], shape=(4,)),
        case(normal(2, 3), index=(0, slice(None), [0, 2]), shape=(2, 3, 4)),
    ]  # fmt: skip


class IndexUpdate(Function):
    """A copy with the elements at an index replaced: `y = x`, then `y[index] = values`.

        dx = dy, but 0 at the index            dvalues = dy[index]

    Of several values for one element the last one counts, and it alone gets a gradient.

    Shape: x any, values one that broadcasts to `x[index]` -> that of x.

    >>> import numpy as np
    >>> index_update(np.zeros(4), [1, 3], Variable(np.array([5.0, 6.0])))
    variable([0. 5. 0. 6.])
    """

    linear = True

    def __init__(self, index: Any):
        self.index = plain_index(index)

    checks_shape = True

    def shape(self, x: Shape, values: Shape) -> Shape:
        picked = picked_shape(x, self.index)
        expect(broadcast(values, picked) == picked, f"the values must broadcast to {picked}, the shape of x[index]")
        return x

    def forward(self, xp: Any, x: Any, values: Any) -> Any:
        y = xp.array(x, dtype=xp.result_type(x, values))
        y[self.index] = values
        return y

    def grad_x(self, gy: Any) -> Any:
        return index_update(gy, self.index, 0.0)

    def grad_values(self, gy: Any, values_shape: Shape) -> Any:
        picked = gy[self.index]
        if not picks_once(self.index):
            picked = where(self._comes_last(gy), picked, 0.0)
        return sum_to(picked, values_shape)

    def _comes_last(self, gy: Any) -> Any:
        """Which of the values is the one that stayed."""
        xp = get_array_module(gy)
        writer = xp.zeros(gy.shape, int)
        numbers = xp.arange(writer[self.index].size).reshape(writer[self.index].shape)
        writer[self.index] = numbers
        return writer[self.index] == numbers

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        x, values = all_batched(inputs, batched)
        picked = x[behind_batch(self.index)]
        front = axes_in_front(self.index)
        (values,) = aligned([values, moveaxis(picked, front, 0)], [True, True])[:1]
        return self.changed(index=behind_batch(self.index))(x, moveaxis(values, 0, front))

    samples = [
        case(normal(5, 3), normal(3), index=1), case(normal(4), normal(3), index=[0, 2, 0]),
        case(normal(2, 3, 4), normal(2, 1), index=(0, slice(None), [0, 2])), case(normal(4), 2.0, index=slice(1, 3)),
    ]  # fmt: skip
    errors = [case((4,), (2,), index=slice(0, 3))]


class Take(Function):
    """Pick along one axis by an array of indices; negative ones count from the end.

        y = x[index]                  dx = dy added up where it was picked

    Shape: x, index -> x with the shape of the index in the place of `axis`.

    >>> import numpy as np
    >>> take(Variable(np.array([5.0, 6.0, 7.0])), np.array([2, 0, -1]))
    variable([7. 5. 7.])
    """

    data_inputs = (1,)
    multilinear = True

    def __init__(self, axis: int = 0):
        self.axis = axis

    def shape(self, x: Shape, index: Shape) -> Shape:
        axis = normalize_axis(self.axis, len(x))
        return (*x[:axis], *index, *x[axis + 1 :])

    def forward(self, xp: Any, x: Any, index: Any) -> Any:
        check_index("take", index, x.shape[self.axis])
        return xp.take(x, index, self.axis)

    def grad_x(self, gy: Any, index: Any, x_shape: Shape) -> Any:
        return apply(AddTaken(self.axis, x_shape), gy, index)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        x, index = inputs
        axis = normalize_axis(self.axis, x.ndim - batched[0])
        if not batched[1]:
            return take(x, index, axis + 1)
        if not batched[0]:
            return moveaxis(take(x, index, axis), axis, 0)
        rows = moveaxis(x, axis + 1, 1)
        examples, size, *rest = rows.shape
        rows = reshape(rows, (examples * size, *rest))
        y = take(rows, _into_all_examples(index, size), 0)  # (examples, *index, *rest)
        return transpose(y, _with_index_at(axis, y.ndim - 1, index.ndim - 1))

    checks_shape = True
    samples = [
        case(normal(3, 4), labels(5, classes=4), axis=1), case(normal(3, 4), labels(2, 2, classes=3), axis=0),
        case(normal(2, 3, 4), labels(classes=3), axis=-2), case(normal(4), labels(0, classes=4), axis=0),
    ]  # fmt: skip
    errors = [case((3,), (2,), axis=1)]


class AddTaken(Function):
    """Zeros with elements added in at the indices along one axis: the adjoint of `take`.

    Shape: what `take` gives -> `shape`.
    """

    data_inputs = (1,)
    multilinear = True

    def __init__(self, axis: int, shape: Shape):
        self.axis = axis
        self.to = tuple(shape)

    checks_shape = True

    def shape(self, x: Shape, index: Shape) -> Shape:
        axis = normalize_axis(self.axis, len(self.to))
        picked = (*self.to[:axis], *index, *self.to[axis + 1 :])
        expect(x == picked, f"x must have the shape {picked} of what is taken")
        return self.to

    def forward(self, xp: Any, x: Any, index: Any) -> Any:
        axis = normalize_axis(self.axis, len(self.to))
        check_index("add_taken", index, self.to[axis])
        y = xp.zeros(math.prod(self.to), total_dtype(x))
        # By the place of every single element, since for one axis `add.at` is several times faster than for rows.
        xp.add.at(y, self._places(xp, axis, index), x.reshape(-1).astype(y.dtype, copy=False))
        return y.reshape(self.to)

    def _places(self, xp: Any, axis: int, index: Any) -> Any:
        """Where in the flattened result each element of x is added."""
        before, size, after = math.prod(self.to[:axis]), self.to[axis], math.prod(self.to[axis + 1 :])
        picked = xp.where(index < 0, index.astype(int) + size, index.astype(int)).reshape(-1, 1)
        places = xp.arange(before).reshape(-1, 1, 1) * (size * after) + picked * after + xp.arange(after)
        return places.reshape(-1)

    def grad_x(self, gy: Any, index: Any) -> Any:
        return take(gy, index, self.axis)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        x, index = all_batched(inputs, batched)
        axis = normalize_axis(self.axis, len(self.to))
        order = _with_index_at(axis, x.ndim - 1, index.ndim - 1)
        rows = transpose(x, [order.index(i) for i in range(x.ndim)])  # (examples, *index, *rest)
        size, rest = self.to[axis], (*self.to[:axis], *self.to[axis + 1 :])
        y = apply(AddTaken(0, (len(x) * size, *rest)), rows, _into_all_examples(index, size))
        return moveaxis(reshape(y, (len(x), size, *rest)), 1, axis + 1)

    samples = [
        case(normal(3, 5), labels(5, classes=4), axis=1, shape=(3, 4)),
        case(normal(2, 2, 4), labels(2, 2, classes=3), axis=0, shape=(3, 4)),
        case(normal(2, 4), labels(classes=3), axis=-2, shape=(2, 3, 4)),
    ]  # fmt: skip


def plain_index(index: Any) -> Any:
    """An index of the op's own: Variables replaced by their arrays, arrays and lists copied."""
    if isinstance(index, tuple):
        return tuple(plain_index(part) for part in index)
    if isinstance(index, Variable) and not has_readable_values(index._data) and not is_array(index._data):
        raise DTypeError(
            "get_item: inside vmap an index that differs from example to example picks by take() or take_along_axis()"
        )
    return copy.copy(getattr(index, "_data", index))


def picks_once(index: Any) -> bool:
    """Whether no element can be picked twice: only slices, integers and masks do the picking."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None or part is Ellipsis or isinstance(part, (int, slice))
        or getattr(getattr(part, "dtype", None), "kind", "") == "b" or getattr(part, "shape", None) == ()
        for part in parts
    )  # fmt: skip


class TakeAlongAxis(AlongAxis):
    """Pick elements along an axis, by an index for each place of the result.

        y[i, j, k] = x[i, index[i, j, k], k]        dx = dy added up where it was picked

    Shape: x and index alike but for `axis` -> that of index.

    >>> import numpy as np
    >>> take_along_axis(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1], [0]]), axis=1)
    variable([[2.]
              [3.]])
    """

    data_inputs = (1,)
    multilinear = True

    def shape(self, x: Shape, index: Shape) -> Shape:  # type: ignore[override]
        axis = normalize_axis(self.axis, len(x))
        expect(len(x) == len(index), "the index must have as many axes as x")
        expect(x[:axis] == index[:axis] and x[axis + 1 :] == index[axis + 1 :], f"all but axis {axis} must be equal")
        return index

    checks_shape = True

    def forward(self, xp: Any, x: Any, index: Any) -> Any:
        check_index("take_along_axis", index, x.shape[self.axis])
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

    checks_shape = True

    def shape(self, x: Shape, index: Shape) -> Shape:
        axis = normalize_axis(self.axis, len(self.to))
        fits = len(index) == len(self.to) and all(
            n <= m for i, (n, m) in enumerate(zip(index, self.to, strict=True)) if i != axis
        )
        expect(x == index and fits, f"x and the index must have one shape, which fits into {self.to} beside the axis")
        return self.to

    def forward(self, xp: Any, x: Any, index: Any) -> Any:
        axis = normalize_axis(self.axis, len(self.to))
        places = []
        for i, size in enumerate(x.shape):
            along = [1] * len(self.to)
            along[i] = size
            places.append(index if i == axis else xp.arange(size).reshape(tuple(along)))
        check_index("add_along_axis", index, self.to[axis])
        y = xp.zeros(self.to, total_dtype(x))
        xp.add.at(y, tuple(places), x)
        return y

    def grad_x(self, gy: Any, index: Any) -> Any:
        return gather(gy, index, self.axis)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        x, index = all_batched(inputs, batched)
        axis = normalize_axis(self.axis, len(self.to))
        return apply(AddAlongAxis(axis + 1, (len(x), *self.to)), x, index)

    samples = [
        case(normal(3, 2), labels(3, 2, classes=4), axis=-1, shape=(3, 4)),
        case(normal(5, 4), labels(5, 4, classes=3), axis=0, shape=(3, 4)),
    ]  # fmt: skip


def picked_shape(shape: Shape, index: Any) -> Shape:
    """The shape of what an index picks; that of x itself if NumPy refuses the index, for it will say so better."""
    parts = index if isinstance(index, tuple) else (index,)
    readable = tuple(as_numpy(part) if hasattr(part, "dtype") else part for part in parts)
    try:
        return np.broadcast_to(np.False_, shape)[readable].shape
    except IndexError:
        return shape


def behind_batch(index: Any) -> tuple[Any, ...]:
    """An index that picks in every example what `index` picks in one."""
    return (slice(None), *(index if isinstance(index, tuple) else (index,)))


def axes_in_front(index: Any) -> int:
    """How many axes NumPy puts first since the arrays of indices do not stand side by side; 0 if they do."""
    parts = index if isinstance(index, tuple) else (index,)
    parts = tuple(np.asarray(part) if isinstance(part, list) else part for part in parts)
    arrays = [part for part in parts if getattr(part, "shape", ()) != ()]
    picking = [i for i, part in enumerate(parts) if isinstance(part, int) or hasattr(part, "shape")]
    if not arrays or picking[-1] - picking[0] < len(picking):
        return 0
    return max(1 if a.dtype.kind == "b" else a.ndim for a in arrays)


def check_index(op: str, index: Any, size: int) -> None:
    """Refuse indices that are not integers, or outside of the axis."""
    if getattr(index, "dtype", None) is None or index.dtype.kind not in "iu":
        raise DTypeError(message(op, "the index must be an array of integers", index=index))
    if has_readable_values(index) and index.size and not (int(index.min()) >= -size and int(index.max()) < size):
        raise IndexRangeError(
            f"{op}: an index must be from {-size} to {size - 1}, "
            f"but they go from {int(index.min())} to {int(index.max())}"
        )


def total_dtype(x: Any) -> Any:
    """The dtype that totals of such elements have: integers get room, as in sums."""
    return x.dtype if x.dtype.kind == "f" else np.sum(np.zeros(0, x.dtype)).dtype


def _as_index(op: str, index: Any) -> Any:
    """An index as an operand: a number and a list of integers, which may be empty, as an array."""
    if not isinstance(index, (int, list, tuple)):
        return index
    try:
        array = np.asarray(index)
    except ValueError:
        raise DTypeError(message(op, "the index must be an array of integers", index=index)) from None
    return array if array.size else array.astype(int)


def _into_all_examples(index: Any, size: int) -> Any:
    """The indices of each example, of an axis of some size, as indices into those axes one after the other."""
    check_index("take", getattr(index, "_data", index), size)
    starts = get_array_module(index).arange(len(index)).reshape((len(index), *[1] * (index.ndim - 1))) * size
    return where(index < 0, index + size, index) + starts


def _with_index_at(axis: int, ndim: int, index_ndim: int) -> list[int]:
    """The order that brings (examples, *index, *rest) to (examples, *rest up to `axis`, *index, *rest)."""
    index, rest = range(1, 1 + index_ndim), range(1 + index_ndim, 1 + ndim)
    return [0, *rest[:axis], *index, *rest[axis:]]


@documented(GetItem)
def get_item(x: Any, index: Any) -> Variable:
    if isinstance(index, Variable) and index.dtype.kind in "iu":
        return take(x, index, 0)  # an operand of the graph, not an argument of the op
    return apply(GetItem(index), x)


@documented(IndexUpdate)
def index_update(x: Any, index: Any, values: Any) -> Variable:
    return apply(IndexUpdate(index), x, values)


@documented(Take)
def take(x: Any, index: Any, axis: int | None = None) -> Variable:
    index = _as_index("take", index)
    if axis is None:
        return apply(Take(0), reshape(x, (-1,)), index)
    return apply(Take(axis), x, index)


@composed
def gather(x: Any, index: Any, axis: int = -1) -> Variable:
    """Pick elements along an axis, as `take_along_axis`; along the others the index may be shorter than x.

        y[i, j, k] = x[i, index[i, j, k], k]

    Shape: x, index with as many axes -> that of index.

    >>> import numpy as np
    >>> gather(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1]]), axis=1)
    variable([[2.]])
    """
    shape, index = getattr(x, "shape", ()), _as_index("gather", index)
    axis = normalize_axis(axis, len(shape), "gather")
    check_index("gather", getattr(index, "_data", index), shape[axis])
    if not _fits_beside(axis, index.shape, shape):
        raise ShapeError(message("gather", "the index must have as many axes as x, and be no longer beside the axis",
                                 x=x, index=index))  # fmt: skip
    cut = tuple(n if i == axis else m for i, (n, m) in enumerate(zip(shape, index.shape, strict=True)))
    return take_along_axis(x if cut == shape else get_item(x, tuple(map(slice, cut))), index, axis)


def _fits_beside(axis: int, index: Shape, x: Shape) -> bool:
    return len(index) == len(x) and all(m <= n for i, (m, n) in enumerate(zip(index, x, strict=True)) if i != axis)


@composed
def scatter_add(x: Any, index: Any, values: Any, axis: int = -1) -> Variable:
    """A copy of x with values added along an axis, each at its index.

        y = x;  y[i, index[i, j, k], k] += values[i, j, k]

    Shape: x; index and values of one shape, along the other axes no longer than x -> that of x.

    >>> import numpy as np
    >>> scatter_add(np.zeros(3), np.array([0, 2, 2]), Variable(np.array([1.0, 2.0, 3.0])))
    variable([1. 0. 5.])
    """
    x, values, index = as_variable(x), as_variable(values), _as_index("scatter_add", index)
    axis = normalize_axis(axis, x.ndim, "scatter_add")
    check_index("scatter_add", getattr(index, "_data", index), x.shape[axis])
    if index.shape != values.shape or not _fits_beside(axis, index.shape, x.shape):
        raise ShapeError(
            message("scatter_add", "the index and the values must have one shape, which fits into x beside the axis",
                    x=x, index=index, values=values)
        )  # fmt: skip
    return x + apply(AddAlongAxis(axis, x.shape), values, index)


@documented(TakeAlongAxis)
def take_along_axis(x: Any, index: Any, axis: int = -1) -> Variable:
    return apply(TakeAlongAxis(axis), x, index)
