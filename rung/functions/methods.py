"""The operators and methods of a Variable, and what NumPy's own functions do with one."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.core.variable import Variable
from rung.errors import DTypeError, message
from rung.functions.cumulative import cumprod, cumsum
from rung.functions.elementwise import *
from rung.functions.indexing import get_item, take
from rung.functions.joining import split
from rung.functions.linalg import diagonal, dot, matmul, trace
from rung.functions.movement import repeat
from rung.functions.ordering import argmax, argmin, argsort, sort
from rung.functions.reduction import all, any, max, mean, min, prod, std, sum, var
from rung.functions.view import broadcast_to, flatten, reshape, squeeze, swapaxes, transpose


def _reshape(x: Variable, *shape: Any) -> Variable:
    """`x.reshape(2, 3)` or `x.reshape((2, 3))`: see `rung.functions.reshape`."""
    return reshape(x, shape[0] if len(shape) == 1 else shape)


def _transpose(x: Variable, *axes: Any) -> Variable:
    """`x.transpose()`, `x.transpose(1, 0)` or `x.transpose((1, 0))`: see `rung.functions.transpose`."""
    if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
        axes = tuple(axes[0] or ())
    return transpose(x, axes or None)


def _divmod(x: Variable, other: Any) -> tuple[Variable, Variable]:
    """The quotient, rounded down, and the remainder."""
    return floor_divide(x, other), remainder(x, other)


def _equal(x: Variable, other: Any) -> Any:
    """Whether elements are equal; nothing equals None."""
    return False if other is None else equal(x, other)


def _not_equal(x: Variable, other: Any) -> Any:
    return True if other is None else not_equal(x, other)


def _copy(x: Variable) -> Variable:
    """The same elements in memory of their own; gradients pass."""
    return cast(x, x.dtype)


def _for_booleans(function: Any) -> Any:
    """An operator that NumPy has for the bits of integers too, and Rung for booleans alone."""

    def operate(*xs: Any) -> Variable:
        for x in xs:
            if not isinstance(x, bool) and getattr(getattr(x, "dtype", None), "kind", "") != "b":
                cure = f"use {function.__name__}, for which a number is true unless it is 0"
                raise DTypeError(message(function.__name__, "expected booleans", cure, operand=x))
        return function(*xs)  # type: ignore[no-any-return]

    return operate


_both, _either, _one_of, _opposite = map(_for_booleans, (logical_and, logical_or, logical_xor, logical_not))


# NumPy's functions of one element that are also Rung's: np.sin(x) and array * x come here.
UFUNCS: dict[Any, Any] = {
    np.add: add, np.subtract: sub, np.multiply: mul, np.divide: div, np.power: pow, np.matmul: matmul,
    np.negative: neg, np.absolute: absolute, np.sign: sign, np.square: square, np.reciprocal: reciprocal,
    np.exp: exp, np.exp2: exp2, np.expm1: expm1, np.log: log, np.log1p: log1p, np.log2: log2, np.sqrt: sqrt,
    np.sin: sin, np.cos: cos, np.tan: tan, np.arcsin: arcsin, np.arccos: arccos, np.arctan: arctan,
    np.arctan2: arctan2, np.sinh: sinh, np.cosh: cosh, np.tanh: tanh, np.arcsinh: arcsinh, np.arccosh: arccosh,
    np.arctanh: arctanh, np.maximum: maximum, np.minimum: minimum, np.floor: floor, np.ceil: ceil, np.rint: round,
    np.fmod: fmod, np.greater: greater, np.greater_equal: greater_equal, np.less: less, np.less_equal: less_equal,
    np.equal: equal, np.not_equal: not_equal, np.logical_and: logical_and, np.logical_or: logical_or,
    np.logical_xor: logical_xor, np.logical_not: logical_not, np.bitwise_and: _both, np.bitwise_or: _either,
    np.bitwise_xor: _one_of, np.invert: _opposite, np.remainder: remainder, np.floor_divide: floor_divide,
    np.isnan: lambda x: not_equal(x, x), np.isinf: lambda x: equal(absolute(x), np.inf),
    np.isfinite: lambda x: less(absolute(x), np.inf),
}  # fmt: skip


def _ufunc(x: Variable, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """A function of NumPy's, called on a Variable: Rung's own, recorded as ever; any other, of constants alone."""
    if method == "__call__" and not options and ufunc in UFUNCS:
        return UFUNCS[ufunc](*inputs)
    return x.__array_function__(ufunc if method == "__call__" else getattr(ufunc, method), (), inputs, options)


def _shown(x: Variable, include: Any = None, exclude: Any = None) -> dict[str, Any]:
    """What a notebook shows."""
    from rung.picture.notebook import variable_bundle  # imports much, and only notebooks come here

    return variable_bundle(x)


METHODS = {
    "__add__": add, "__radd__": lambda x, other: add(other, x),
    "__sub__": sub, "__rsub__": lambda x, other: sub(other, x),
    "__mul__": mul, "__rmul__": lambda x, other: mul(other, x),
    "__truediv__": div, "__rtruediv__": lambda x, other: div(other, x),
    "__pow__": pow, "__rpow__": lambda x, other: pow(other, x),
    "__matmul__": matmul, "__rmatmul__": lambda x, other: matmul(other, x),
    "__neg__": neg, "__abs__": absolute, "__getitem__": get_item,
    "__mod__": remainder, "__rmod__": lambda x, other: remainder(other, x),
    "__floordiv__": floor_divide, "__rfloordiv__": lambda x, other: floor_divide(other, x),
    "__and__": _both, "__rand__": _both, "__or__": _either, "__ror__": _either, "__xor__": _one_of,
    "__rxor__": _one_of, "__invert__": _opposite, "__pos__": lambda x: x,
    "__contains__": lambda x, value: bool(any(equal(x, value))),
    "__eq__": _equal, "__ne__": _not_equal, "__hash__": object.__hash__, "__array_ufunc__": _ufunc,
    "__gt__": greater, "__ge__": greater_equal, "__lt__": less, "__le__": less_equal,
    "sum": sum, "mean": mean, "max": max, "min": min,
    "reshape": _reshape, "transpose": _transpose, "swapaxes": swapaxes, "broadcast_to": broadcast_to,
    "prod": prod, "cumsum": cumsum, "cumprod": cumprod, "clip": clip, "round": round, "dot": dot, "take": take,
    "repeat": repeat, "sort": sort, "argsort": argsort, "diagonal": diagonal, "trace": trace, "ravel": flatten,
    "copy": _copy, "split": split, "__round__": round, "__divmod__": _divmod,
    "mT": property(lambda x: swapaxes(x, -1, -2), doc="The last two axes exchanged."),
    "argmax": argmax, "argmin": argmin, "var": var, "std": std, "any": any, "all": all, "squeeze": squeeze,
    "flatten": flatten, "_repr_mimebundle_": _shown, "T": property(lambda x: transpose(x), doc="The axes in reverse order."), "astype": cast,
}  # fmt: skip


def bind_methods() -> None:
    """Give Variables their operators and methods."""
    for name, method in METHODS.items():
        setattr(Variable, name, method)
