"""What the losses have in common: arguments of one shape, and terms put together by `reduction`."""

from __future__ import annotations

from typing import Any

from rung.core.variable import Variable
from rung.errors import ShapeError, ValueRangeError, message
from rung.functions.elementwise.selection import as_reals
from rung.functions.reduction import mean, sum
from rung.shapes import Shape

REDUCTIONS = ("batch", "mean", "sum", "none")


def reduced(terms: Any, reduction: str, op: str) -> Variable:
    """The terms of a loss, put together as `reduction` says."""
    if reduction not in REDUCTIONS:
        raise ValueRangeError(f"{op}: expected reduction to be one of {', '.join(REDUCTIONS)}, but got {reduction!r}")
    if reduction == "none":
        return terms  # type: ignore[no-any-return]
    if reduction == "mean":
        return mean(terms)
    return sum(terms) / rows_of(terms.shape) if reduction == "batch" else sum(terms)


def same_shape(op: str, **arrays: Any) -> list[Any]:
    """The arguments as reals, if they are of one shape: a loss that broadcasts by accident is a wrong number."""
    values = [as_reals(x) for x in arrays.values()]
    if len({tuple(getattr(x, "shape", ())) for x in values}) > 1:
        raise ShapeError(message(op, "all must have the same shape", **arrays))
    return values


def rows_of(shape: Shape) -> int:
    return (shape[0] if shape else 1) or 1
