"""Every function of Rung, as `rung.functions` or `F`. Importing it gives Variables their operators and methods."""

from __future__ import annotations

from typing import Any

from rung.core.variable import Variable
from rung.functions.activation import log_softmax, relu, sigmoid, softmax
from rung.functions.elementwise import (
    absolute,
    add,
    cast,
    cos,
    div,
    equal,
    exp,
    greater,
    greater_equal,
    less,
    less_equal,
    log,
    maximum,
    mul,
    neg,
    not_equal,
    pow,
    sign,
    sin,
    sqrt,
    sub,
    tanh,
    where,
)
from rung.functions.linalg import linear, matmul
from rung.functions.loss import accuracy, mean_squared_error, one_hot, softmax_cross_entropy
from rung.functions.reduction import max, mean, min, sum
from rung.functions.stochastic import dropout
from rung.functions.view import broadcast_to, get_item, reshape, sum_to, swapaxes, transpose

__all__ = [
    "absolute", "accuracy", "add", "broadcast_to", "cast", "cos", "div", "dropout", "equal", "exp", "get_item",
    "greater", "greater_equal", "less", "less_equal", "linear", "log", "log_softmax", "matmul", "max", "maximum",
    "mean", "mean_squared_error", "min", "mul", "neg", "not_equal", "one_hot", "pow", "relu", "reshape", "sigmoid",
    "sign", "sin", "softmax", "softmax_cross_entropy", "sqrt", "sub", "sum", "sum_to", "swapaxes", "tanh",
    "transpose", "where",
]  # fmt: skip


def _reshape(x: Variable, *shape: Any) -> Variable:
    """`x.reshape(2, 3)` or `x.reshape((2, 3))`: see `rung.functions.reshape`."""
    return reshape(x, shape[0] if len(shape) == 1 else shape)


def _transpose(x: Variable, *axes: Any) -> Variable:
    """`x.transpose()`, `x.transpose(1, 0)` or `x.transpose((1, 0))`: see `rung.functions.transpose`."""
    if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
        axes = tuple(axes[0] or ())
    return transpose(x, axes or None)


METHODS = {
    "__add__": add, "__radd__": lambda x, other: add(other, x),
    "__sub__": sub, "__rsub__": lambda x, other: sub(other, x),
    "__mul__": mul, "__rmul__": lambda x, other: mul(other, x),
    "__truediv__": div, "__rtruediv__": lambda x, other: div(other, x),
    "__pow__": pow, "__rpow__": lambda x, other: pow(other, x),
    "__matmul__": matmul, "__rmatmul__": lambda x, other: matmul(other, x),
    "__neg__": neg, "__abs__": absolute, "__getitem__": get_item,
    "__gt__": greater, "__ge__": greater_equal, "__lt__": less, "__le__": less_equal,
    "sum": sum, "mean": mean, "max": max, "min": min,
    "reshape": _reshape, "transpose": _transpose, "swapaxes": swapaxes, "broadcast_to": broadcast_to,
    "T": property(transpose), "astype": cast,
}  # fmt: skip

for _name, _method in METHODS.items():
    setattr(Variable, _name, _method)
