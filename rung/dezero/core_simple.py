"""`dezero.core_simple`: the book's core as it stands in steps 23 to 32, where gradients are arrays.

It has the four operations and powers, and first derivatives alone.
"""

from __future__ import annotations

from typing import Any, ClassVar

import rung.dezero.core as core
from rung.dezero.core import Config, as_array, no_grad, using_config
from rung.dezero.core import Op as CoreOp

__all__ = [
    "Add", "Config", "Div", "Function", "Mul", "Neg", "Pow", "Sub", "Variable", "add", "as_array", "as_variable",
    "div", "mul", "neg", "no_grad", "pow", "rdiv", "rsub", "setup_variable", "sub", "using_config",
]  # fmt: skip


class Variable(core.Variable):
    """An array that remembers how it was computed; its gradient is an array.

    >>> import numpy as np
    >>> x = Variable(np.array(3.0))
    >>> y = x ** 2
    >>> y.backward()
    >>> x.grad
    array(6.)
    """

    @property
    def grad(self) -> Any:
        """The gradient, an array."""
        return as_array(getattr(self._record.grad, "_data", self._record.grad))

    @grad.setter
    def grad(self, value: Any) -> None:
        core.Variable.grad.fset(self, value)  # type: ignore[attr-defined]

    def backward(self, retain_grad: bool = False) -> None:  # type: ignore[override]
        """Differentiate this variable by all that it was computed from."""
        super().backward(retain_grad)


Variable.family = Variable


def as_variable(obj: Any) -> Any:
    """`obj` itself if it is a Variable; a new one on an array otherwise."""
    return obj if isinstance(obj, core.Variable) else Variable(obj)


class Function(core.Function):
    """`forward` and `backward` on arrays, both; `self.inputs` are Variables."""

    shown = staticmethod(lambda variable: core.adopt(variable, Variable))
    shown_gradient = staticmethod(lambda gradient: gradient.data)
    family: ClassVar[Any] = Variable


class _Op(CoreOp, Function):
    def backward(self, *gys: Any) -> Any:
        """The gradients of the inputs, arrays, from that of the output."""
        gradients = super().backward(*gys)
        several = gradients if isinstance(gradients, tuple) else (gradients,)
        arrays = tuple(getattr(gradient, "_data", None) for gradient in several)
        return arrays if len(arrays) > 1 else arrays[0]


class Add(_Op, core.Add):
    """y = x0 + x1"""


class Sub(_Op, core.Sub):
    """y = x0 - x1"""


class Mul(_Op, core.Mul):
    """y = x0 * x1"""


class Div(_Op, core.Div):
    """y = x0 / x1"""


class Neg(_Op, core.Neg):
    """y = -x"""


class Pow(_Op, core.Pow):
    """y = x ** c"""


def add(x0: Any, x1: Any) -> Any:
    """x0 + x1"""
    return Add()(x0, x1)


def sub(x0: Any, x1: Any) -> Any:
    """x0 - x1"""
    return Sub()(x0, x1)


def rsub(x0: Any, x1: Any) -> Any:
    """x1 - x0"""
    return Sub()(x1, x0)


def mul(x0: Any, x1: Any) -> Any:
    """x0 * x1"""
    return Mul()(x0, x1)


def div(x0: Any, x1: Any) -> Any:
    """x0 / x1"""
    return Div()(x0, x1)


def rdiv(x0: Any, x1: Any) -> Any:
    """x1 / x0"""
    return Div()(x1, x0)


def neg(x: Any) -> Any:
    """-x"""
    return Neg()(x)


def pow(x: Any, c: Any) -> Any:
    """x ** c"""
    return Pow(c)(x)


def setup_variable() -> None:
    """Give Variables their operators."""
    operators = {"__add__": add, "__radd__": add, "__sub__": sub, "__rsub__": rsub, "__mul__": mul, "__rmul__": mul,
                 "__truediv__": div, "__rtruediv__": rdiv, "__neg__": neg, "__pow__": pow}  # fmt: skip
    for name, operator in operators.items():
        setattr(Variable, name, operator)


setup_variable()
