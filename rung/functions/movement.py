"""Elements moved to other places, repeated, cut away or surrounded by others."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from rung.core.batch import as_rows
from rung.core.call import apply
from rung.core.function import Function
from rung.core.samples import case, normal
from rung.core.variable import Variable, as_variable
from rung.cuda import get_array_module
from rung.errors import ShapeError, ValueRangeError, message
from rung.functions.documented import composed, documented
from rung.functions.indexing import PutItem, get_item, take
from rung.functions.joining import concat
from rung.functions.ordering import sort
from rung.functions.reduction import max, mean, min
from rung.functions.view import broadcast_to, reshape
from rung.shapes import Axis, Shape, as_shape, broadcast, expect, normalize_axes, normalize_axis

__all__ = ["diag", "flip", "meshgrid", "pad", "repeat", "roll", "tile"]

Widths = tuple[tuple[int, int], ...]


class Pad(Function):
    """A border of one value around the elements.

        y = x within the border, `value` on it            dx = dy within the border

    Shape: (n0, …) -> (before0 + n0 + after0, …)
    """

    def __init__(self, widths: Widths, value: float = 0.0):
        self.widths = widths
        self.value = value

    def shape(self, x: Shape) -> Shape:
        expect(len(x) == len(self.widths), f"the widths are for {len(self.widths)} axes")
        return tuple(before + n + after for n, (before, after) in zip(x, self.widths, strict=True))

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.pad(x, self.widths or 0, constant_values=self.value)

    def grad_x(self, gy: Any, x_shape: Shape) -> Any:
        inner = zip(self.widths, x_shape, strict=True)
        return gy[tuple(slice(before, before + n) for (before, _), n in inner)]

    def tangents(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...], tangents: list[Any]) -> list[Any]:
        return [apply(Pad(self.widths), *tangents)]  # the border does not move

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        return apply(Pad(((0, 0), *self.widths), self.value), *inputs)

    samples = [
        case(normal(3, 4), widths=((1, 2), (0, 3))), case(normal(3), widths=((2, 0),), value=1.5),
        case(normal(2, 0), widths=((1, 1), (1, 1))),
    ]  # fmt: skip


class Roll(Function):
    """Elements moved along axes; what leaves at one end comes in at the other.

        y[(i + shift) mod n] = x[i]                       dx = roll(dy, -shift)

    Shape: any -> the same.

    Args:
        shift: how far, for all axes or for each.
        axis: along which axes; None for all elements as one row.

    >>> import numpy as np
    >>> roll(Variable(np.arange(4.0)), 1)
    variable([3. 0. 1. 2.])
    """

    multilinear = True

    def __init__(self, shift: int | Sequence[int], axis: Axis = None):
        shifts = _integers("roll", shift)
        self.shift = builtins.sum(shifts) if axis is None or len(shifts) == 1 else shifts
        self.axis = axis

    def shape(self, x: Shape) -> Shape:
        normalize_axes(self.axis, len(x))
        return x

    checks_shape = True

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.roll(x, self.shift, self.axis)

    def grad_x(self, gy: Any) -> Any:
        back = -self.shift if isinstance(self.shift, int) else [-n for n in self.shift]
        return roll(gy, back, self.axis)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        (x,) = inputs
        if self.axis is None:
            return reshape(roll(as_rows(x), self.shift, 1), x.shape)
        return roll(x, self.shift, [axis % (x.ndim - 1) + 1 for axis in as_shape(self.axis)])

    samples = [
        case(normal(3, 4), shift=1), case(normal(3, 4), shift=-2, axis=1),
        case(normal(2, 3), shift=(1, 2), axis=(0, -1)),
    ]  # fmt: skip
    errors = [case((3,), shift=1, axis=1)]


@documented(Roll)
def roll(x: Any, shift: int | Sequence[int], axis: Axis = None) -> Variable:
    return apply(Roll(shift, tuple(axis) if isinstance(axis, list) else axis), x)


@composed
def pad(
    x: Any, widths: int | Sequence[Any], mode: str = "constant", value: float = 0.0, end_value: float = 0.0
) -> Variable:
    """A border around the elements, with NumPy's modes.

    - ``constant``: `value`;  ``edge``: the outermost element;  ``linear_ramp``: from it in equal steps to `end_value`
    - ``reflect``: mirrored at the outermost element;  ``symmetric``: mirrored behind it;  ``wrap``: the other end
    - ``maximum``, ``minimum``, ``mean``, ``median``: that of the axis

    Shape: (n0, …) -> (before0 + n0 + after0, …)

    Args:
        widths: for all axes one number, or a pair (before, after), or such a pair for each axis.

    Raises:
        ValueRangeError: a mode that is not there, or a width below 0.

    >>> import numpy as np
    >>> pad(Variable(np.array([1.0, 2.0, 3.0])), (2, 1), mode="reflect")
    variable([3. 2. 1. 2. 3. 2.])
    """
    x = as_variable(x)
    pairs = _pairs(widths, x)
    if mode not in _MODES:
        raise ValueRangeError(f"pad: expected the mode to be one of {', '.join(_MODES)}, but got {mode!r}")
    if mode == "constant":
        return apply(Pad(pairs, value), x)  # type: ignore[no-any-return]
    for axis, (before, after) in enumerate(pairs):
        if before or after:
            x = _pad_axis(x, axis, before, after, mode, end_value)
    return x


def _pairs(widths: Any, x: Variable) -> Widths:
    try:
        given = np.broadcast_to(np.asarray(widths), (x.ndim, 2))
    except ValueError:
        raise ShapeError(
            message("pad", f"widths must be a number, a pair, or a pair for each of {x.ndim} axes", x=x)
        ) from None
    if given.dtype.kind not in "iu" or (given < 0).any():
        raise ValueRangeError(f"pad: expected widths that are integers of at least 0, but got {widths!r}")
    return tuple((int(before), int(after)) for before, after in given)


_MIRRORS = ("edge", "reflect", "symmetric", "wrap")
_STATISTICS = {"maximum": max, "minimum": min, "mean": mean, "median": lambda x, axis, keepdims: _median(x, axis)}
_MODES = ("constant", *_MIRRORS, "linear_ramp", *_STATISTICS)


def _pad_axis(x: Variable, axis: int, before: int, after: int, mode: str, end_value: float) -> Variable:
    n = x.shape[axis]
    if not n:
        raise ShapeError(message("pad", f"mode {mode!r} needs an element on axis {axis}", x=x))
    if mode in _MIRRORS:  # every element of the border is one of x: which one, NumPy tells
        where_from: Any = np.pad(np.arange(n), (before, after), mode=mode)  # type: ignore[call-overload]
        return take(x, get_array_module(x).asarray(where_from), axis)
    if mode == "linear_ramp":
        return _ramp(x, axis, before, after, end_value)
    border = _STATISTICS[mode](x, axis, True)
    parts = [broadcast_to(border, [w if i == axis else m for i, m in enumerate(x.shape)]) for w in (before, after)]
    return concat([parts[0], x, parts[1]], axis)


def _ramp(x: Variable, axis: int, before: int, after: int, end_value: float) -> Variable:
    """Weights from 1 at the outermost element to 0 at the end."""
    xp = get_array_module(x)
    edge = _pad_axis(x, axis, before, after, "edge", 0.0)
    falling = [1 - i / (before or 1) for i in range(before, 0, -1)]
    rising = [1 - i / (after or 1) for i in range(1, after + 1)]
    weights = xp.asarray([*falling, *[1.0] * x.shape[axis], *rising], dtype=x.dtype if x.dtype.kind == "f" else None)
    weights = weights.reshape([-1 if i == axis else 1 for i in range(x.ndim)])
    return edge * weights + (1 - weights) * end_value


def _median(x: Variable, axis: int) -> Variable:
    """The middle of an axis, or the mean of the middle two; the axis stays."""
    n = x.shape[axis]
    middle = slice((n - 1) // 2, n // 2 + 1)
    return mean(get_item(sort(x, axis), (*[slice(None)] * axis, middle)), axis, True)


@composed
def flip(x: Any, axis: int | tuple[int, ...] | None = None) -> Variable:
    """The elements in reverse order along the given axes, or along all.

    Shape: any -> the same.

    >>> import numpy as np
    >>> flip(Variable(np.arange(3.0)))
    variable([2. 1. 0.])
    """
    ndim = len(getattr(x, "shape", ()))
    axes = normalize_axes(axis, ndim, "flip")
    return get_item(x, tuple(slice(None, None, -1 if i in axes else None) for i in range(ndim)))


@composed
def tile(x: Any, repeats: int | Sequence[int]) -> Variable:
    """The whole repeated, so many times along each axis; a repeat for the last axis first, as NumPy does.

    Shape: (n0, …) -> (r0 n0, …); missing axes have size 1, missing repeats are 1.

    >>> import numpy as np
    >>> tile(Variable(np.array([1.0, 2.0])), (2, 2))
    variable([[1. 2. 1. 2.]
              [1. 2. 1. 2.]])
    """
    x, times = as_variable(x), _integers("tile", repeats)
    if builtins.min(times, default=0) < 0:
        raise ValueRangeError(f"tile: expected repeats of at least 0, but got {repeats!r}")
    ndim = builtins.max(x.ndim, len(times))
    sizes = (*[1] * (ndim - x.ndim), *x.shape)
    times = (*[1] * (ndim - len(times)), *times)
    blocks = [n for pair in zip(times, sizes, strict=True) for n in pair]
    x = broadcast_to(reshape(x, [n for size in sizes for n in (1, size)]), blocks)
    return reshape(x, [r * n for r, n in zip(times, sizes, strict=True)])


@composed
def repeat(x: Any, repeats: int | Sequence[int], axis: int | None = None) -> Variable:
    """Every element repeated on the spot: all equally often, or each of an axis so many times.

    Shape: any -> `axis` longer; without an axis, one row.

    >>> import numpy as np
    >>> repeat(Variable(np.array([1.0, 2.0])), 2), repeat(np.array([1.0, 2.0]), [1, 3])
    (variable([1. 1. 2. 2.]), variable([1. 2. 2. 2.]))
    """
    x = as_variable(x)
    if axis is None:
        return repeat(reshape(x, (-1,)), repeats, 0)
    axis = normalize_axis(axis, x.ndim, "repeat")
    n = x.shape[axis]
    times = _integers("repeat", repeats)
    if builtins.min(times, default=0) < 0 or len(times) not in (1, n):
        raise ValueRangeError(
            message("repeat", f"repeats must be an integer of at least 0, or {n} of them, one for each element", x=x)
        )
    return take(x, get_array_module(x).asarray(np.repeat(np.arange(n), np.asarray(times, int))), axis)


def _integers(op: str, value: Any) -> tuple[int, ...]:
    """One integer or several, as a person or an array gives them."""
    try:
        return as_shape(value.tolist() if hasattr(value, "tolist") else value)
    except ShapeError:
        raise ValueRangeError(f"{op}: expected integers, but got {value!r}") from None


@composed
def diag(x: Any, k: int = 0) -> Variable:
    """A square matrix with a vector on its diagonal `k`; or of a matrix, that diagonal.

    Shape: (n,) -> (n + |k|, n + |k|);  (n, m) -> (length of the diagonal,)

    >>> import numpy as np
    >>> diag(Variable(np.array([1.0, 2.0])))
    variable([[1. 0.]
              [0. 2.]])
    >>> diag(np.arange(4.0).reshape(2, 2), 1)
    variable([1.])
    """
    x = as_variable(x)
    if x.ndim not in (1, 2):
        raise ShapeError(message("diag", "expected a vector or a matrix", x=x))
    (k,) = _integers("diag", k)
    rows, columns = x.shape if x.ndim == 2 else (x.shape[0] + abs(k),) * 2
    length = builtins.max(builtins.min(rows, columns - k) - builtins.max(-k, 0), 0)
    along = get_array_module(x).arange(length)
    place = (along + builtins.max(-k, 0), along + builtins.max(k, 0))
    return get_item(x, place) if x.ndim == 2 else apply(PutItem(place, (rows, columns)), x)  # type: ignore[no-any-return]


@composed
def meshgrid(*xs: Any, indexing: str = "xy") -> list[Variable]:
    """The coordinates of a grid's points, one array for each axis; without copying.

    Shape: (n0,), (n1,), … -> of each (n1, n0, …) for ``"xy"``, (n0, n1, …) for ``"ij"``

    >>> import numpy as np
    >>> meshgrid(np.arange(2.0), np.arange(3.0))[0]
    variable([[0. 1.]
              [0. 1.]
              [0. 1.]])
    """
    if indexing not in ("xy", "ij"):
        raise ValueRangeError(f"meshgrid: expected indexing to be 'xy' or 'ij', but got {indexing!r}")
    vectors = [as_variable(x) for x in xs]
    for x in vectors:
        if x.ndim > 1:
            raise ShapeError(message("meshgrid", "expected vectors", x=x))
    order = list(range(len(vectors)))
    if indexing == "xy":
        order[:2] = order[1::-1]
    columns = [reshape(x, [x.size if axis == i else 1 for axis in order]) for i, x in enumerate(vectors)]
    full = broadcast(*[x.shape for x in columns]) if columns else ()
    return [broadcast_to(x, full) for x in columns]
