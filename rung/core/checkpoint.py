"""A stretch of the graph that is not kept, but computed again when backward comes to it.

In the graph it is one node. That node knows the function and the inputs; its derivative runs the function once more,
recording, and walks back through what that recorded, no further.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from rung.config import current_mode, mode
from rung.core.backward import backpropagate
from rung.core.guard import note_saved
from rung.core.node import Node
from rung.core.plan import Plan
from rung.core.record import Record, next_serial
from rung.core.variable import Variable, handle
from rung.errors import GraphError, MutationError
from rung.random import draw_seed, forked
from rung.trees import leaves, map_tree


class Reads:
    """What a stretch of the program reads that was there before, or that is a leaf: the arrays, by their records."""

    def __init__(self, outer: Reads | None, again: bool = False):
        self.start = next_serial()
        self.outer = outer  # of the checkpoint around this one
        self.again: bool = again or bool(outer and outer.again)  # whether it ran before, and runs again for backward
        self.arrays: dict[Record, Any] = {}

    def note(self, inputs: Sequence[Any]) -> None:
        """An op is about to run on these inputs."""
        for x in inputs:
            if isinstance(x, Variable):
                record = x._record
                if record.serial < self.start or (record.creator is None and record.differentiable):
                    self.arrays.setdefault(record, x._data)
        if self.outer:
            self.outer.note(inputs)


class Checkpoint:
    """The op of a node that stands for a whole stretch of the graph."""

    name = "checkpoint"
    broadcasts = False
    book_style = False
    input_names = ()

    def __init__(self, f: Callable[..., Any], inputs: Sequence[Any]):
        self.f = f
        self.inputs = [x._record if isinstance(x, Variable) else x for x in inputs]
        self.switches = {name: getattr(current_mode(), name) for name in ("train", "dtype", "create_graph")}
        self.seed = draw_seed()
        self.n_outputs = self.start = 0

    def run(self, inputs: Sequence[Any], again: bool = False) -> tuple[Any, Reads]:
        """Call the function, the same way each time; the second result is what it read."""
        reads = Reads(current_mode().reads, again)
        with forked(self.seed), mode(raw=False, enable_backprop=True, passes=(), reads=reads, **self.switches):
            return self.f(*inputs), reads

    def pull(
        self, node: Node, gys: list[Any], records: list[Any], plain: bool, path: set[Any] | None
    ) -> list[tuple[Any, Any]]:
        """The gradients of what the stretch reads: see `Node.pull`."""
        arrays = dict(zip(node.edges, node.saved, strict=True))
        inputs = [handle(arrays[x], x) if isinstance(x, Record) else x for x in self.inputs]
        outputs, reads = self.run(inputs, again=True)
        self.check_reads(reads, arrays)
        ys = [y for y in leaves(outputs) if is_made_since(y, reads.start)]
        if len(ys) != len(gys):
            raise GraphError(f"checkpoint: f gave {len(gys)} results, but {len(ys)} when it ran again for backward")
        roots = [(y._record, gy) for y, gy in zip(ys, gys, strict=True) if gy is not None]
        targets = [edge for edge in node.edges if edge.differentiable and (path is None or edge in path)]
        found = backpropagate(
            roots, create_graph=not plain and current_mode().create_graph, targets=targets, since=reads.start
        )
        return [(record, gradient) for record, gradient in found.items() if gradient is not None]

    def check_reads(self, reads: Reads, before: dict[Any, Any]) -> None:
        """Refuse to go on if the function reads other arrays than it did."""
        for record, array in reads.arrays.items():
            if record.serial < self.start and before.get(record) is not array:
                who = record.name or f"a {record.dtype} array of shape {record.shape}"
                raise MutationError(
                    f"checkpoint: {who} is not what it was when f ran first; call backward() before assigning to it"
                )


def is_computed_again() -> bool:
    """Whether what runs now ran before, and only runs again for backward: running statistics must not move twice."""
    reads = current_mode().reads
    return reads is not None and reads.again


def is_made_since(y: Any, start: int) -> bool:
    """Whether this result is one that a function computed, recorded, after the moment `start`."""
    return isinstance(y, Variable) and y._record.creator is not None and y._record.creator.serial > start


def connect(op: Checkpoint, inputs: Sequence[Any], outputs: Any, reads: Reads) -> Any:
    """Put one node into the graph in the place of all that was recorded since `start`."""
    op.start = reads.start
    known = {x._record: x._data for x in inputs if isinstance(x, Variable)} | reads.arrays
    for record, array in known.items():
        note_saved(record, array)
    op.n_outputs = len([y for y in leaves(outputs) if is_made_since(y, op.start)])
    node = Node(op, list(known), Plan(range(len(known)), (), tuple), tuple(known.values()))
    number = count()
    return map_tree(lambda y: _output_of(node, next(number), y) if is_made_since(y, op.start) else y, outputs)


def _output_of(node: Node, index: int, y: Variable) -> Variable:
    return handle(y._data, Record(node, index, node.serial, y.shape, y.dtype, True))
