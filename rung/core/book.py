"""Functions in the book's style: forward on arrays, backward on Variables, inputs and outputs at hand.

    class Square(Function):
        def forward(self, x):            class attributes, parameters and helper methods as you like
            return x ** 2

        def backward(self, gy):          works to any order, since it computes on Variables
            x, = self.inputs
            return 2 * x * gy

These three functions take the place of the methods of the same names in `Function`.
"""

from __future__ import annotations

import copy
from functools import partial
from typing import Any

import numpy as np

from rung.config import mode
from rung.core.call import share_guards
from rung.core.guard import note_saved
from rung.core.node import Node
from rung.core.plan import Plan
from rung.core.record import Record
from rung.core.variable import as_variable, constant, handle
from rung.cuda import get_array_module
from rung.dtypes import NUMBERS, as_array
from rung.errors import GraphError


def compute(self: Any, arrays: list[Any]) -> Any:
    """Run forward on arrays; numbers become arrays that do not widen the others."""
    dtypes = [x.dtype for x in arrays if type(x) not in NUMBERS and x.dtype.kind == "f"]
    arrays[:] = [np.asarray(x, dtypes[0] if dtypes else None) if type(x) in NUMBERS else x for x in arrays]
    y = self.forward(*arrays)
    if isinstance(y, (tuple, list)):
        return tuple([as_array(part, op=self.name) for part in y]) if len(y) != 1 else as_array(y[0], op=self.name)
    return as_array(y, op=self.name)


def connect(self: Any, arrays: list[Any], edges: list[Any], result: Any, wanted: int) -> Any:
    """Save everything: only `backward` knows what it will read."""
    results = result if isinstance(result, tuple) else (result,)
    self.n_outputs = len(results)
    for edge, array in zip(edges, arrays, strict=True):
        note_saved(edge, array)
    node = Node(self, tuple(edges), save_everything(len(arrays), len(results)), (*arrays, *results))
    outputs = tuple([handle(y, Record(node, i, node.serial, y.shape, y.dtype, True)) for i, y in enumerate(results)])
    share_guards(edges, arrays, outputs)
    for y in outputs:
        note_saved(y._record, y._data)
    return outputs if isinstance(result, tuple) else outputs[0]


def pull(
    self: Any, node: Node, gys: list[Any], records: list[Any], plain: bool, path: set[Any] | None
) -> list[tuple[Any, Any]]:
    """Call `backward` on Variables, and check what it returns."""
    if not hasattr(self, "backward"):
        raise NotImplementedError(f"{self.name}: a function needs a backward method to be differentiated")
    values = node.rebuilt(records)
    ys = values[len(node.edges) :]
    op = copy.copy(self)
    op.inputs = [self.shown(as_variable(x)) for x in values[: len(node.edges)]]
    op.outputs = [partial(self.shown, y) for y in ys]
    with mode(raw=False):
        results = op.backward(*[self.shown_gradient(_gradient(y, gy)) for y, gy in zip(ys, gys, strict=True)])
    results = results if isinstance(results, (tuple, list)) else (results,)
    if len(results) != len(node.edges):
        raise GraphError(
            f"{self.name}: backward must return one gradient per input: "
            f"expected {len(node.edges)}, but got {len(results)}"
        )
    return [
        (edge, node.fit(gradient._data if plain else gradient, edge))
        for edge, gradient in zip(node.edges, map(_as_gradient, results), strict=True)
        if edge.differentiable and gradient is not None
    ]


def save_everything(n_inputs: int, n_outputs: int) -> Plan:
    """The plan of a function of which nothing is known but its numbers of inputs and outputs."""
    return Plan(range(n_inputs), range(n_outputs), tuple)


def _gradient(y: Any, gy: Any) -> Any:
    return constant(get_array_module(y).zeros(y.shape, y.dtype)) if gy is None else as_variable(gy)


def _as_gradient(gradient: Any) -> Any:
    return None if gradient is None else as_variable(gradient)
