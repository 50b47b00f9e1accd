"""Whole matrices of derivatives, by passes of reverse and forward mode."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from rung.config import mode
from rung.core.variable import Variable, as_variable, constant
from rung.cuda import get_array_module
from rung.dtypes import as_array, gradient_dtype
from rung.errors import ShapeError, message
from rung.functions import reshape, stack
from rung.transform.forward import jvp
from rung.transform.reverse import grad, one_output, vjp

__all__ = ["hessian", "hvp", "jacobian"]


def jacobian(f: Callable[[Any], Any], x: Any) -> Variable:
    """All derivatives of f at x: J[i, j] = d f(x)[i] / d x[j].

    Built row by row in reverse mode, or column by column in forward mode, whichever takes fewer passes.

    Shape: of f(x), followed by that of x.

    >>> import numpy as np
    >>> jacobian(lambda x: x[0] * x, np.array([2.0, 3.0]))
    variable([[4. 0.]
              [3. 2.]])
    """
    y, pull = vjp(f, x)
    one_output("jacobian", y)
    shape = x.shape if isinstance(x, Variable) else as_array(x).shape
    if y.size <= math.prod(shape):
        rows = [pull(unit)[0] for unit in _units(y)]
        return reshape(stack(rows), (*y.shape, *shape)) if rows else _no_derivatives(y, shape)
    columns = [jvp(f, [x], [unit])[1] for unit in _units(as_variable(x))]
    return reshape(stack(columns, -1), (*y.shape, *shape)) if columns else _no_derivatives(y, shape)


def hessian(f: Callable[[Any], Any], x: Any) -> Variable:
    """All second derivatives of a scalar function f at x: forward mode over reverse mode.

    Shape: of x, followed by that of x.

    >>> import numpy as np
    >>> hessian(lambda x: x[0] ** 2 * x[1], np.array([2.0, 3.0]))
    variable([[6. 4.]
              [4. 0.]])
    """
    columns = [hvp(f, x, unit) for unit in _units(as_variable(x))]
    shape = as_variable(x).shape
    return reshape(stack(columns, -1), (*shape, *shape)) if columns else _no_derivatives(as_variable(x), shape)


def hvp(f: Callable[[Any], Any], x: Any, v: Any) -> Variable:
    """The Hessian of a scalar function f at x, times v, without building the Hessian.

    Shape: of x.

    >>> import numpy as np
    >>> hvp(lambda x: x[0] ** 2 * x[1], np.array([2.0, 3.0]), np.array([1.0, 0.0]))
    variable([6. 4.])
    """

    def gradient(x: Variable) -> Any:
        with mode(enable_backprop=True):
            y = one_output("hvp", f(x))
        if y.size != 1:
            raise ShapeError(message("hvp", "expected f to return one number", f=y))
        return grad(y, x)

    return jvp(gradient, [x], [v])[1]  # type: ignore[no-any-return]


def _units(x: Variable) -> Iterator[Any]:
    """Arrays of the shape of x with a single 1, one for each element."""
    xp = get_array_module(x)
    for i in range(x.size):
        unit = xp.zeros(x.size, gradient_dtype(x.dtype))
        unit[i] = 1
        yield unit.reshape(x.shape)


def _no_derivatives(y: Variable, shape: tuple[int, ...]) -> Variable:
    return constant(get_array_module(y).zeros((*y.shape, *shape), gradient_dtype(y.dtype)))
