"""Integer rules for shapes and axes; no arrays here."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

from rung.errors import ShapeError, ValueRangeError

Shape = tuple[int, ...]
Axis = int | Sequence[int] | None


def as_shape(value: int | Iterable[int]) -> Shape:
    """A shape or a list of axes from what a person writes: an integer, or several of them.

    >>> as_shape(3), as_shape([2, -1])
    ((3,), (2, -1))
    """
    try:
        several = isinstance(value, (tuple, list, Iterable))
        return tuple(map(operator.index, value if several else (value,)))  # type: ignore[arg-type]
    except TypeError:
        raise ShapeError(f"expected integers, but got {value!r}") from None


def checked_integer(op: str, name: str, value: Any, least: int = 1) -> int:
    """An argument that has to be an integer: Python's or NumPy's, but no bool.

    >>> checked_integer("Linear", "out_size", True)
    Traceback (most recent call last):
    rung.errors.ValueRangeError: Linear: expected out_size to be an integer of at least 1, but got True
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least:
        raise ValueRangeError(f"{op}: expected {name} to be an integer of at least {least}, but got {value!r}")
    return number


def check_sizes(op: str, **sizes: Any) -> None:
    """Refuse what is no size; None is one that is not known yet.

    >>> check_sizes("Linear", out_size=3, in_size=None)
    """
    for name, size in sizes.items():
        if size is not None:
            checked_integer(op, name, size)


def expect(condition: bool, rule: str) -> None:
    """State a shape rule; `Function` adds the op's name and what came.

    >>> expect(1 == 2, "one must be two")
    Traceback (most recent call last):
    rung.errors.ShapeError: one must be two
    """
    if not condition:
        raise ShapeError(rule)


def broadcast(*shapes: Shape) -> Shape:
    """The shape that all the given shapes broadcast to, by NumPy's rule.

    >>> broadcast((3, 1), (4,))
    (3, 4)
    """
    ndim = max(map(len, shapes))
    padded = [(1,) * (ndim - len(shape)) + shape for shape in shapes]
    result = []
    for sizes in zip(*padded, strict=True):
        wide = {size for size in sizes if size != 1}
        expect(len(wide) <= 1, "axes must be equal, or one of them 1, counted from the last")
        result.append(wide.pop() if wide else 1)
    return tuple(result)


def summed_axes(shape: Shape, target: Shape) -> Shape:
    """The axes of `shape` to sum over to undo a broadcast from `target`.

    >>> summed_axes((5, 2, 3), (2, 1))
    (0, 2)
    """
    added = len(shape) - len(target)
    expect(added >= 0 and broadcast(shape, target) == shape, f"{target} must broadcast to {shape}")
    return tuple(axis for axis, size in enumerate(shape) if axis < added or target[axis - added] != size)


def normalize_axes(axis: Axis, ndim: int, op: str = "") -> Shape:
    """Every form that an axis argument has, as a sorted tuple of axes from 0; None means all.

    Outside of an op's shape rule, say the function's name for the message.

    >>> normalize_axes(-1, 3), normalize_axes(None, 2), normalize_axes((0, -1), 3)
    ((2,), (0, 1), (0, 2))
    """
    if axis is None:
        return tuple(range(ndim))
    given = as_shape(axis)
    axes = tuple(sorted(normalize_axis(a, ndim, op) for a in given))
    expect(len(set(axes)) == len(axes), f"{_who(op)}the axes {given} must be different")
    return axes


def normalize_axis(axis: Any, ndim: int, op: str = "") -> int:
    """One axis, counted from 0. Outside of an op's shape rule, say the function's name for the message.

    >>> normalize_axis(-1, 3)
    2
    """
    expect(hasattr(axis, "__index__"), f"{_who(op)}axis must be one integer, but it is {axis!r}")
    expect(-ndim <= axis < ndim, f"{_who(op)}axis {axis} must be within the {ndim} axes")
    return operator.index(axis) % ndim


def _who(op: str) -> str:
    return f"{op}: " if op else ""


def kept(shape: Shape, axes: Iterable[int]) -> Shape:
    """The shape with the given axes of size 1: what a reduction with `keepdims` leaves.

    >>> kept((2, 3, 4), (1,))
    (2, 1, 4)
    """
    reduced = set(axes)
    return tuple(1 if axis in reduced else size for axis, size in enumerate(shape))


def agree(expected: tuple[int | None, ...], shape: Shape) -> bool:
    """Whether a shape is as expected, where None stands for any size.

    >>> agree((None, 2), (3, 2)), agree((None, 2), (3, 4))
    (True, False)
    """
    return len(expected) == len(shape) and all(n in (None, m) for n, m in zip(expected, shape, strict=True))


def dropped(shape: Shape, axes: Iterable[int]) -> Shape:
    """The shape without the given axes: what a reduction leaves."""
    reduced = set(axes)
    return tuple(size for axis, size in enumerate(shape) if axis not in reduced)
