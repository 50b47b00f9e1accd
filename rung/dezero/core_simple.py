"""`dezero.core_simple`: the core of the book's steps 23 to 32, whose gradients are arrays."""

from __future__ import annotations

from typing import Any

from rung.dezero import core
from rung.dezero.core import (
    Add,
    Config,
    Div,
    Mul,
    Neg,
    Pow,
    Sub,
    add,
    adopt,
    as_array,
    div,
    mul,
    neg,
    no_grad,
    pow,
    rdiv,
    rsub,
    sub,
    using_config,
)  # fmt: skip

__all__ = [
    "Add", "Config", "Div", "Function", "Mul", "Neg", "Pow", "Sub", "Variable", "add", "as_array", "as_variable",
    "div", "mul", "neg", "no_grad", "pow", "rdiv", "rsub", "setup_variable", "sub", "using_config",
]  # fmt: skip


class Variable(core.Variable):
    """A Variable whose gradient is an array.

    >>> import numpy as np
    >>> x = Variable(np.array(3.0))
    >>> (x ** 2).backward()
    >>> x.grad
    array(6.)
    """

    @property
    def grad(self) -> Any:
        """The gradient, an array; None before `backward`."""
        gradient = self._record.grad
        return getattr(gradient, "_data", gradient)

    @grad.setter
    def grad(self, value: Any) -> None:
        core.Variable.grad.fset(self, value)  # type: ignore[attr-defined]

    def backward(self, retain_grad: bool = False) -> None:  # type: ignore[override]
        """Differentiate this variable, or its sum, by all that it was computed from."""
        core.Variable.backward(self, retain_grad)


Variable.family = Variable


class Function(core.Function):
    """What a program derives its functions from: `forward` on arrays, `backward` on arrays too."""

    family = Variable
    shown = staticmethod(lambda variable: adopt(variable, Variable))
    shown_gradient = staticmethod(lambda variable: variable._data)


def as_variable(obj: Any) -> Any:
    """`obj` itself if it is a Variable; a new one on an array otherwise."""
    return obj if isinstance(obj, Variable) else Variable(getattr(obj, "_data", obj))


def setup_variable() -> None:
    """Give Variables their operators; here they have them from the start."""
    core.setup_variable()
