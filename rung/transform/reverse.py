"""Reverse mode: gradients, pulled back from outputs to inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rung.config import current_mode, mode
from rung.core.backward import backpropagate, seed_gradient
from rung.core.tangent import fresh_place
from rung.core.variable import Variable, as_variable, constant
from rung.cuda import get_array_module
from rung.dtypes import gradient_dtype
from rung.errors import DTypeError, GraphError, ShapeError, describe, message

__all__ = ["grad", "value_and_grad", "vjp"]

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

    What is pulled back is differentiable by whatever else f depends on, such as parameters that it reads, unless
    recording is off or `create_graph` is False.

    >>> y, pull = vjp(lambda a, b: a * b, 3.0, 4.0)
    >>> y, pull(1.0)
    (variable(12.0), [variable(4.0), variable(3.0)])
    """
    with mode(enable_backprop=True, create_graph=True):
        xs = [fresh_place(x) for x in primals]
        outputs = f(*xs)

    def pull(*gradients: Any, create_graph: bool | None = None) -> Any:
        if create_graph is None and current_mode().enable_backprop and _read_outside(outputs, xs):
            create_graph = True
        return grad(outputs, xs, list(gradients), create_graph=create_graph, retain_graph=True)

    return outputs, pull


def _read_outside(outputs: Any, xs: list[Variable]) -> bool:
    """Whether the outputs were computed from differentiable variables beside these."""
    own = {x._record for x in xs if x.creator is None}
    seen: set[Any] = set()
    stack = [y._record for y in _as_list(outputs) if isinstance(y, Variable)]
    while stack:
        record = stack.pop()
        node = record.creator
        if node is None and record.differentiable and record not in own:
            return True
        if node is not None and node not in seen:
            seen.add(node)
            stack.extend(node.edges)
    return False


def value_and_grad(f: Callable[..., Any]) -> Callable[..., tuple[Any, Any]]:
    """A function that gives the value of a scalar function f, and its gradients by all arguments.

    >>> value_and_grad(lambda a, b: a * a * b)(3.0, 2.0)
    (variable(18.0), [variable(12.0), variable(9.0)])
    """

    def evaluate(*primals: Any) -> tuple[Any, Any]:
        y, pull = vjp(f, *primals)
        one_output("value_and_grad", y)
        if y.size != 1:
            raise ShapeError(message("value_and_grad", "expected f to return one number", f=y))
        return y, pull(get_array_module(y).ones(y.shape, gradient_dtype(y.dtype)))

    return evaluate


def one_output(op: str, y: Any) -> Variable:
    """Refuse what is not one Variable."""
    if not isinstance(y, Variable):
        raise DTypeError(f"{op}: expected f to return one Variable, but got {describe(y)}")
    return y


def _as_list(x: Any) -> list[Any]:
    return list(x) if isinstance(x, (list, tuple)) else [x]


def _gradient_or_zeros(x: Variable, gradient: Any) -> Variable:
    if gradient is None:
        return zeros_like(x)
    return as_variable(gradient)


def zeros_like(x: Variable) -> Variable:
    return constant(get_array_module(x).zeros(x.shape, gradient_dtype(x.dtype)))
