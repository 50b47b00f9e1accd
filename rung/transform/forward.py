"""Forward mode: tangents, pushed from inputs to outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rung.config import current_mode, mode
from rung.core.tangent import ForwardPass, fresh_place
from rung.core.variable import Variable, as_variable
from rung.dtypes import gradient_dtype
from rung.errors import DTypeError, ShapeError, describe, message
from rung.transform.reverse import zeros_like

__all__ = ["jvp"]


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Forward mode: the value of f, and how it moves when its inputs move along the tangents.

        (y, J v)

    The tangents travel with the values, so under `no_grad` no graph is kept and memory does not grow with the
    length of f. Passes nest, and mix with reverse mode in either order.

    Args:
        f: a function of Variables, returning one or several.
        primals: where to evaluate it: arrays or Variables.
        tangents: one direction per primal, of the same shape.

    >>> jvp(lambda x: x ** 3, [2.0], [1.0])
    (variable(8.0), variable(12.0))
    """
    for name, values in (("primals", primals), ("tangents", tangents)):
        if not isinstance(values, (list, tuple)):
            raise DTypeError(f"jvp: expected a list of {name}, one per argument of f, but got {describe(values)}")
    if len(primals) != len(tangents):
        raise ShapeError(f"jvp: expected one tangent per primal, but got {len(tangents)} for {len(primals)}")
    this = ForwardPass()
    xs = [fresh_place(x) for x in primals]
    for x, tangent in zip(xs, tangents, strict=True):
        this.set(x, _checked_tangent(x, tangent))
    with mode(passes=(*current_mode().passes, this), create_graph=True):
        outputs = f(*xs)
    ys = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
    moved = tuple(_tangent_or_zeros(as_variable(y), this) for y in ys)
    return outputs, moved if isinstance(outputs, (tuple, list)) else moved[0]


def _checked_tangent(x: Variable, tangent: Any) -> Variable:
    v = as_variable(tangent)
    if v.shape != x.shape:
        raise ShapeError(message("jvp", "a tangent must have its primal's shape", primal=x, tangent=v))
    dtype = gradient_dtype(x.dtype)
    return v if v.dtype == dtype else v.astype(dtype)


def _tangent_or_zeros(y: Variable, this: ForwardPass) -> Variable:
    tangent = this.get(y)
    return zeros_like(y) if tangent is None else tangent
