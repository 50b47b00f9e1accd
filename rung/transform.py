"""Derivatives of functions and of graphs, without touching anybody's `.grad`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rung.config import current_mode, mode
from rung.core.backward import backpropagate, seed_gradient
from rung.core.batch import BatchPass
from rung.core.tangent import ForwardPass, fresh_place
from rung.core.variable import Variable, as_variable, constant
from rung.cuda import get_array_module
from rung.dtypes import as_array, gradient_dtype
from rung.errors import DTypeError, GraphError, ShapeError, describe, message
from rung.functions import moveaxis, reshape, stack
from rung.shapes import normalize_axes

Variables = Variable | Sequence[Variable]


def grad(
    outputs: Variables,
    inputs: Variables,
    grad_outputs: Any = None,
    create_graph: bool | None = None,
    retain_graph: bool | None = None,
) -> Any:
    """The gradients of the outputs' sum by the inputs; nothing is written to any `.grad`.

        sum over outputs of  grad_output * d output / d input

    Only what lies between outputs and inputs is computed. An input that the outputs do not depend on has a
    gradient of zeros.

    Args:
        outputs: one Variable or several.
        inputs: one Variable or several, leaves or not; the result has the same form.
        grad_outputs: for each output, the gradient to start from; ones if None.
        create_graph: make the gradients differentiable.
        retain_graph: keep the saved arrays for another pass; as `create_graph` if None.

    Raises:
        GraphError: an input is a constant, or no output was computed from differentiable variables.

    >>> x = Variable(2.0)
    >>> gx = grad(x ** 3, x, create_graph=True)
    >>> gx, grad(gx, x)
    (variable(12.0), variable(12.0))
    """
    ys, xs = _as_list(outputs), _as_list(inputs)
    seeds = [None] * len(ys) if grad_outputs is None else _as_list(grad_outputs)
    if len(seeds) != len(ys):
        raise ShapeError(f"grad: expected {len(ys)} grad_outputs, one per output, but got {len(seeds)}")
    for x in xs:
        if not isinstance(x, Variable) or not x.differentiable:
            raise GraphError(message("grad", "expected a differentiable Variable as input", input=x))
    for y in ys:
        if not isinstance(y, Variable):
            raise GraphError(message("grad", "expected Variables as outputs", output=y))
    if not any(y.differentiable for y in ys):
        raise GraphError(
            "grad: expected an output that was computed from differentiable variables, but all are constants"
        )
    roots = [(y._record, seed_gradient(y, seed)) for y, seed in zip(ys, seeds, strict=True) if y.differentiable]
    found = backpropagate(
        roots, create_graph=create_graph, retain_graph=retain_graph, targets=[x._record for x in xs]
    )
    gradients = [_gradient_or_zeros(x, found[x._record]) for x in xs]
    return gradients[0] if isinstance(inputs, Variable) else gradients


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """The value of f, and the function that pulls a gradient of its output back to its inputs.

        vjp_function(u) = J.T u

    >>> y, pull = vjp(lambda a, b: a * b, 3.0, 4.0)
    >>> y, pull(1.0)
    (variable(12.0), [variable(4.0), variable(3.0)])
    """
    with mode(enable_backprop=True, create_graph=True):
        xs = [fresh_place(x) for x in primals]
        outputs = f(*xs)

    def pull(*gradients: Any, create_graph: bool | None = None) -> Any:
        return grad(outputs, xs, list(gradients), create_graph=create_graph, retain_graph=True)

    return outputs, pull


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


def value_and_grad(f: Callable[..., Any]) -> Callable[..., tuple[Any, Any]]:
    """A function that gives the value of a scalar function f, and its gradients by all arguments.

    >>> value_and_grad(lambda a, b: a * a * b)(3.0, 2.0)
    (variable(18.0), [variable(12.0), variable(9.0)])
    """

    def evaluate(*primals: Any) -> tuple[Any, Any]:
        y, pull = vjp(f, *primals)
        return y, pull(get_array_module(y).ones(y.shape, gradient_dtype(y.dtype)))

    return evaluate


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
    shape = x.shape if isinstance(x, Variable) else as_array(x).shape
    if y.size <= math.prod(shape):
        recorded = True if getattr(x, "differentiable", False) else None  # somebody may differentiate the Jacobian
        rows = [pull(unit, create_graph=recorded)[0] for unit in _units(y)]
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
    return jvp(lambda x: grad(f(x), x), [x], [v])[1]  # type: ignore[no-any-return]


def vmap(f: Callable[..., Any], in_axes: Any = 0, out_axes: int = 0) -> Callable[..., Any]:
    """A function of one example, made one of all examples at once: without a loop, by rules for whole batches.

    Derivatives and further vmaps may be taken inside of f, where they are those of one example, and outside.

        vmap(f)(xs)[i] = f(xs[i])

    Args:
        f: a function of Variables (or of lists, tuples and dicts of them), returning the same. It sees one example:
            axes and shapes are without that of the batch, and a choice by value needs `where`.
        in_axes: the axis of the examples, for all arguments or for each one; None for an argument, and all in it,
            that is the same for every example.
        out_axes: where the axis of the examples goes in the results.

    Raises:
        ShapeError: the arguments do not have one number of examples.
        GraphError: f calls a function for which there is no rule.

    >>> import numpy as np
    >>> vmap(lambda x, y: (x * y).sum(), in_axes=(0, None))(np.ones((2, 3)), np.arange(3.0))
    variable([3. 3.])
    >>> vmap(lambda x: grad(x ** 3, x))(np.array([1.0, 2.0]))
    variable([ 3. 12.])
    """

    def mapped(*arguments: Any) -> Any:
        this, sizes = BatchPass(), set()

        def enter(x: Any, axis: int) -> Variable:
            x = as_variable(x)
            (axis,) = _mapped_axis(axis, x)
            sizes.add(x.shape[axis])
            return this.enter(moveaxis(x, axis, 0) if axis else x)

        axes = in_axes if isinstance(in_axes, (list, tuple)) else [in_axes] * len(arguments)
        if len(axes) != len(arguments):
            raise ShapeError(f"vmap: expected in_axes for {len(arguments)} arguments, but got {len(axes)}")
        examples = [x if axis is None else _for_each(enter, x, axis) for x, axis in zip(arguments, axes, strict=True)]
        if len(sizes) != 1:
            came = " and ".join(map(str, sorted(sizes))) or "no argument with an axis of examples"
            raise ShapeError(f"vmap: expected one number of examples, but got {came}")
        (size,) = sizes
        with mode(passes=(*current_mode().passes, this)):
            results = f(*examples)
        return _for_each(lambda y, axis: moveaxis(this.leave(y, size), 0, axis), results, out_axes)

    return mapped


def _mapped_axis(axis: int, x: Variable) -> tuple[int, ...]:
    try:
        return normalize_axes(axis, x.ndim)
    except ShapeError:
        raise ShapeError(message("vmap", f"the axis of the examples, {axis}, must be there", x=x)) from None


def _for_each(function: Callable[[Any, int], Any], tree: Any, axis: int) -> Any:
    """Apply a function to every value in nested lists, tuples and dicts."""
    if isinstance(tree, dict):
        return {name: _for_each(function, part, axis) for name, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(_for_each(function, part, axis) for part in tree)
    return function(tree, axis)


def _units(x: Variable) -> Iterator[Any]:
    """Arrays of the shape of x with a single 1, one for each element."""
    xp = get_array_module(x)
    for i in range(x.size):
        unit = xp.zeros(x.size, gradient_dtype(x.dtype))
        unit[i] = 1
        yield unit.reshape(x.shape)


def _no_derivatives(y: Variable, shape: tuple[int, ...]) -> Variable:
    return constant(get_array_module(y).zeros((*y.shape, *shape), gradient_dtype(y.dtype)))


def _as_list(x: Any) -> list[Any]:
    return list(x) if isinstance(x, (list, tuple)) else [x]


def _gradient_or_zeros(x: Variable, gradient: Any) -> Variable:
    if gradient is None:
        return _zeros_like(x)
    return as_variable(gradient)


def _zeros_like(x: Variable) -> Variable:
    return constant(get_array_module(x).zeros(x.shape, gradient_dtype(x.dtype)))


def _checked_tangent(x: Variable, tangent: Any) -> Variable:
    v = as_variable(tangent)
    if v.shape != x.shape:
        raise ShapeError(message("jvp", "a tangent must have its primal's shape", primal=x, tangent=v))
    dtype = gradient_dtype(x.dtype)
    return v if v.dtype == dtype else v.astype(dtype)


def _tangent_or_zeros(y: Variable, this: ForwardPass) -> Variable:
    tangent = this.get(y)
    return _zeros_like(y) if tangent is None else tangent
