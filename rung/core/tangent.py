"""Forward mode: tangents travel with the values, op by op.

A `ForwardPass` knows the tangent of every variable that moves: how it moves when the inputs of the pass move. An
op is computed under the outer passes first, and then its tangent is, so passes nest without mixing up their
perturbations, and a tangent has tangents and derivatives too.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from rung.config import current_mode, mode
from rung.core.backward import backpropagate
from rung.core.plan import argument_names, gradient_function
from rung.core.record import Record
from rung.core.variable import Variable, as_variable, constant, leaf
from rung.cuda import get_array_module
from rung.dtypes import gradient_dtype


class ForwardPass:
    """The tangents of one pass, by the records of the variables. When the pass is gone, so are they."""

    def __init__(self) -> None:
        self._tangents: WeakKeyDictionary[Record, Variable] = WeakKeyDictionary()
        self._of_outputs: WeakKeyDictionary[Any, list[Any]] = WeakKeyDictionary()  # node -> tangents of all outputs

    def call(self, op: Any, inputs: tuple[Any, ...]) -> Any:
        """Call an op, which the outer passes handle in their turn, and give its outputs their tangents."""
        outputs = op(*inputs)
        tangents = [self.get(x) for x in inputs]
        if op.differentiable and any(t is not None for t in tangents):
            ys = outputs if isinstance(outputs, tuple) else (outputs,)
            self.set_outputs(ys, op.tangents(inputs, ys, tangents))
        return outputs

    def get(self, x: Any) -> Variable | None:
        """How `x` moves; None if it does not."""
        return self._tangents.get(x._record) if isinstance(x, Variable) else None

    def set(self, x: Variable, tangent: Variable) -> None:
        """Let `x` move along `tangent`."""
        self._tangents[x._record] = tangent

    def set_outputs(self, ys: tuple[Variable, ...], tangents: list[Any]) -> None:
        """Let the outputs of one op move."""
        for y, tangent in zip(ys, tangents, strict=True):
            if tangent is not None:
                self.set(y, tangent)
        if len(ys) > 1 and ys[0].creator is not None:
            self._of_outputs[ys[0].creator] = tangents

    def restore(self, record: Record) -> None:
        """Give a record that was made anew, for an output that nobody held, the tangent that it had."""
        tangents = self._of_outputs.get(record.creator)
        if tangents is not None and tangents[record.index] is not None:
            self._tangents[record] = tangents[record.index]


def tangents_of_elementwise(
    op: Any, inputs: tuple[Any, ...], outputs: tuple[Any, ...], tangents: list[Any]
) -> list[Any]:
    """The Jacobian of an elementwise op is diagonal, so its derivatives push tangents as they pull gradients."""
    (y,) = outputs
    total: Any = None
    values = {**dict(zip(op.input_names, inputs, strict=True)), op.output_names[0]: y}
    values |= {f"{name}_shape": y.shape for name in op.input_names}
    for name, tangent in zip(op.input_names, tangents, strict=True):
        derivative = gradient_function(type(op), name)
        if tangent is not None and derivative is not None:
            reads = getattr(derivative, "reads", None) or argument_names(derivative)
            values["g" + op.output_names[0]] = tangent
            part = derivative(op, *[values[read] for read in reads])
            total = part if total is None else total + part
    if total is not None and total.shape != y.shape:
        total = total.broadcast_to(y.shape)
    return [None if total is None else _of_dtype(total, y)]


def tangents_of_linear(op: Any, inputs: tuple[Any, ...], tangents: list[Any]) -> list[Any]:
    """A linear op maps tangents as it maps values; what does not move has a tangent of zeros."""
    return [op(*[_zeros(x) if t is None else t for x, t in zip(inputs, tangents, strict=True)])]


def _zeros(x: Any) -> Any:
    """The tangent of what does not move: not 0 times it, which is NaN where it is infinite."""
    if not hasattr(x, "shape"):
        return 0.0
    return constant(get_array_module(x).zeros(x.shape, gradient_dtype(x.dtype)))


def tangents_of_multilinear(op: Any, inputs: tuple[Any, ...], tangents: list[Any]) -> list[Any]:
    """An op that is linear in each input: put each tangent in its input's place, and add up."""
    total: Any = None
    for index, tangent in enumerate(tangents):
        if tangent is not None:
            part = op(*inputs[:index], tangent, *inputs[index + 1 :])
            total = part if total is None else total + part
    return [total]


def tangents_by_double_vjp(op: Any, inputs: tuple[Any, ...], tangents: list[Any]) -> list[Any]:
    """Any other op: its vjp is linear in the gradient u that it pulls back, so the vjp of *that* pushes tangents.

    v = J.T u  is linear in u, and its own vjp along a tangent t is  J t
    """
    recording = current_mode().enable_backprop
    with mode(enable_backprop=True):
        moved = [x if t is None else fresh_place(x) for x, t in zip(inputs, tangents, strict=True)]
        along = {x._record: t for x, t in zip(moved, tangents, strict=True) if t is not None}
        outputs = op(*moved)
        ys = outputs if isinstance(outputs, tuple) else (outputs,)
        us = [Variable(get_array_module(y).zeros(y.shape, gradient_dtype(y.dtype))) for y in ys]
        roots = [(y._record, u) for y, u in zip(ys, us, strict=True)]
        pulled = backpropagate(roots, create_graph=True, targets=list(along))
        roots = [(v._record, along[record]) for record, v in pulled.items() if isinstance(v, Variable)]
        pushed = backpropagate(roots, create_graph=recording, retain_graph=True, targets=[u._record for u in us])
    return [None if t is None else as_variable(t) for t in (pushed.get(u._record) for u in us)]


def fresh_place(x: Any) -> Variable:
    """`x` in a place of its own in the graph, where only the next op sees it: its tangents come along.

    Differentiating up to the place gives partial derivatives, also when one input was computed from another.
    """
    if isinstance(x, Variable) and x.differentiable:
        return x.reshape(x.shape)  # recorded, so derivatives of higher order find their way back
    place = leaf(x._data) if isinstance(x, Variable) else Variable(x)
    for each in current_mode().passes:
        if (tangent := each.get(x)) is not None:
            each.set(place, tangent)
    return place


def _of_dtype(tangent: Any, y: Variable) -> Any:
    dtype = gradient_dtype(y.dtype)
    return tangent if tangent.dtype == dtype else tangent.astype(dtype)
