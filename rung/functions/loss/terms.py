"""What the losses have in common: checked arguments, and terms put together by `reduction`."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.core.variable import Variable
from rung.cuda import has_readable_values
from rung.errors import DTypeError, ShapeError, ValueRangeError, message
from rung.functions.elementwise import cast, equal, where
from rung.functions.reduction import mean, sum
from rung.shapes import Shape

REDUCTIONS = ("batch", "mean", "sum", "none")


def reduced(terms: Any, reduction: str, op: str) -> Variable:
    """The terms of a loss, put together as `reduction` says; no terms at all are 0, whichever way."""
    check_reduction(reduction, op)
    if reduction == "none":
        return terms  # type: ignore[no-any-return]
    if reduction == "sum" or not terms.size:
        return sum(terms)
    # A sum may be too large for half precision where the mean is not.
    return mean(terms) * (terms.size / rows_of(terms.shape)) if reduction == "batch" else mean(terms)


def check_reduction(reduction: str, op: str) -> None:
    """Refuse what is not a reduction."""
    if reduction not in REDUCTIONS:
        raise ValueRangeError(f"{op}: expected reduction to be one of {', '.join(REDUCTIONS)}, but got {reduction!r}")


def rows_of(shape: Shape) -> int:
    """The size of the first axis, to divide by: 1 if there is none, or nothing in it."""
    return (shape[0] if shape else 1) or 1


def same_shape(op: str, **arrays: Any) -> list[Any]:
    """The arguments as floats, if they are of one shape: a loss that broadcasts by accident is a wrong number."""
    if len({tuple(getattr(x, "shape", ())) for x in arrays.values()}) > 1:
        raise ShapeError(message(op, "all must have the same shape", **arrays))
    return as_floats(*arrays.values())


def as_floats(*xs: Any) -> list[Any]:
    """Integers and booleans in the dtype of the floats beside them, where they would wrap around; else float64."""
    kinds = [getattr(getattr(x, "dtype", None), "kind", "f") for x in xs]
    if kinds.count("f") == len(kinds):
        return list(xs)
    floats = [x.dtype for x in xs if hasattr(x, "dtype") and x.dtype.kind == "f"]
    target = np.result_type(*floats) if floats else np.dtype("float64")
    return [cast(x, target) if kind in "iub" else x for x, kind in zip(xs, kinds, strict=True)]


def times_log(p: Any, log_q: Any) -> Any:
    """p log q, and 0 where p = 0, also where q = 0."""
    impossible = equal(p, 0) * equal(log_q, -np.inf)
    return p * where(impossible, 0.0, log_q)


def check_labels(op: str, t: Any, classes: int, ignored: int | None = None) -> None:
    """Refuse labels that are not integers, or neither a class nor the ignored one."""
    t = getattr(t, "_data", t)
    if getattr(t, "dtype", None) is None or t.dtype.kind not in "iu":
        raise DTypeError(message(op, "labels must be integers", t=t))
    if not has_readable_values(t):
        return
    if ignored is not None:
        t = t[t != ignored]
    if t.size and not (int(t.min()) >= 0 and int(t.max()) < classes):
        besides = "" if ignored is None else f" or the ignored {ignored}"
        raise ValueRangeError(
            f"{op}: labels must be from 0 to {classes - 1}{besides}, "
            f"but they go from {int(t.min())} to {int(t.max())}"
        )


def check_values(op: str, rule: str, x: Any, allowed: tuple[float, float], between: bool = False) -> None:
    """Refuse values other than the two allowed ones, or outside of the range from one to the other."""
    x = getattr(x, "_data", x)
    if isinstance(x, (bool, int, float)):
        x = np.asarray(x)
    if not has_readable_values(x):
        return
    low, high = allowed
    wrong = (x < low) | (x > high) if between else (x != low) & (x != high)
    if bool(wrong.any()):
        raise ValueRangeError(f"{op}: {rule}, but they go from {x.min().item():g} to {x.max().item():g}")
