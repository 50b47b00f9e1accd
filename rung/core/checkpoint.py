"""A stretch of the graph that is not kept, but computed again when backward comes to it.

In the graph it is one node. That node knows the function and the inputs; its derivative runs the function once more,
recording, and walks back through what that recorded, no further.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rung.config import current_mode, mode
from rung.core.backward import backpropagate
from rung.core.guard import note_saved
from rung.core.node import Node
from rung.core.plan import Plan
from rung.core.record import Constant, Record, next_serial
from rung.core.variable import Variable, handle
from rung.random import forked, generator

Results = tuple[Any, ...]


class Checkpoint:
    """The op of a node that stands for a whole stretch of the graph."""

    name = "checkpoint"
    broadcasts = False
    book_style = False
    input_names = ()

    def __init__(self, f: Callable[..., Any], inputs: Sequence[Any]):
        self.f = f
        self.others = [None if isinstance(x, Variable) else x for x in inputs]
        self.is_variable = [isinstance(x, Variable) for x in inputs]
        self.switches = {name: getattr(current_mode(), name) for name in ("train", "dtype")}
        self.seed = int(generator().integers(2**63))
        self.n_outputs = 0

    def run(self, inputs: Sequence[Any]) -> tuple[Any, int]:
        """Call the function, the same way each time; the second result is the moment when it began."""
        start = next_serial()
        with forked(self.seed), mode(raw=False, enable_backprop=True, **self.switches):
            return self.f(*inputs), start

    def pull(
        self, node: Node, gys: list[Any], records: list[Any], plain: bool, path: set[Any] | None
    ) -> list[tuple[Any, Any]]:
        """The gradients of what the stretch reads: see `Node.pull`."""
        given = iter(zip(node.saved, node.edges, strict=False))
        inputs = [handle(*next(given)) if here else x for here, x in zip(self.is_variable, self.others, strict=True)]
        outputs, start = self.run(inputs)
        ys = [y for y in as_results(outputs) if is_made_since(y, start)]
        roots = [(y._record, gy) for y, gy in zip(ys, gys, strict=True) if gy is not None]
        targets = [edge for edge in node.edges if edge.differentiable and (path is None or edge in path)]
        found = backpropagate(
            roots, create_graph=not plain and current_mode().create_graph, targets=targets, since=start
        )
        return [(record, gradient) for record, gradient in found.items() if gradient is not None]


def as_results(outputs: Any) -> Results:
    return tuple(outputs) if isinstance(outputs, (tuple, list)) else (outputs,)


def is_made_since(y: Any, start: int) -> bool:
    """Whether this result is one that a function computed, recorded, after the moment `start`."""
    return isinstance(y, Variable) and y.creator is not None and y.creator.serial > start


def connect(op: Checkpoint, inputs: Sequence[Any], outputs: Any, start: int) -> Any:
    """Put one node into the graph in the place of all that was recorded since `start`."""
    ys = [y for y in as_results(outputs) if is_made_since(y, start)]
    given = [(x._record, x._data) for x in inputs if isinstance(x, Variable)]
    read = _read_from_outside([y._record for y in ys], start)
    known = [*given, *[(record, array) for record, array in read.items() if array is not None]]
    hidden = [record for record, array in read.items() if array is None]
    for record, array in known:
        note_saved(record, array)
    edges = [*[record for record, _ in known], *hidden]
    op.n_outputs = len(ys)
    node = Node(op, edges, Plan(range(len(known)), (), tuple), tuple(array for _, array in known))
    made = iter(range(len(ys)))
    renewed = [_output_of(node, next(made), y) if is_made_since(y, start) else y for y in as_results(outputs)]
    return type(outputs)(renewed) if isinstance(outputs, (tuple, list)) else renewed[0]


def _output_of(node: Node, index: int, y: Variable) -> Variable:
    return handle(y._data, Record(node, index, node.serial, y.shape, y.dtype, True))


def _read_from_outside(records: list[Record], start: int) -> dict[Record, Any]:
    """What a stretch of the graph reads that was there before, with its array where a node saved it."""
    read: dict[Record, Any] = {}
    seen, stack = set(), [record.creator for record in records]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        saved = dict(node.saved_arrays([None] * node.op.n_outputs))
        for edge in node.edges:
            if edge.creator is not None and edge.creator.serial > start:
                stack.append(edge.creator)
            elif type(edge) is not Constant and edge.differentiable:
                read[edge] = saved.get(edge, read.get(edge))
    return read
