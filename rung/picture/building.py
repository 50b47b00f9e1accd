"""How a graph grows: calls with the values that they take and make, as they happen or as they are found."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from rung.core.variable import Variable
from rung.picture.formulas import describe_op
from rung.picture.graph import Call, Graph
from rung.picture.values import Values

LONGEST = 80  # characters of an option
_known_defaults: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()  # of the arguments of classes of ops
_PLAIN = (bool, int, float, str, type(None), type(...), slice, np.dtype, type)


class Builder:
    """Adds to a graph what functions do."""

    def __init__(self, graph: Graph, start: int = 0):
        self.graph = graph
        self.values = Values(graph.values)
        self._start = start  # nodes of before this moment are older than all that is recorded
        self._ops: dict[Any, int] = {}
        self._calls: dict[int, int] = {}  # by the serial of the node
        self._older: list[tuple[int, int]] = []  # serials and places of calls of before the start

    def call_of(self, node: Any) -> int:
        """The place of the call that made a node; if it is not known yet, all that lies behind it is added."""
        if node.serial not in self._calls:
            self.adopt([node])
        return self._calls[node.serial]

    def value_of(self, x: Any, scope: int | None = None) -> int:
        """The place of what a function was called on, with all that lies behind it."""
        if isinstance(x, Variable) and not self.values.knows(x._record) and x._record.creator is not None:
            self.adopt([x._record.creator], [x._record], scope)
        return self.values.of(x, scope)

    def add_call(self, op: Any, inputs: list[int], scope: int | None = None) -> int:
        """A call of an op, without outputs as yet."""
        generation = max((self.graph.values[place].generation for place in inputs), default=0)
        call = Call(self._op(op), inputs, [], generation, scope, options=options_of(op), recorded=False)
        self.graph.calls.append(call)
        return len(self.graph.calls) - 1

    def add_outputs(self, place: int, records: Iterable[Any]) -> None:
        """The outputs of a call, which are in the graph if the call was recorded by the engine."""
        call = self.graph.calls[place]
        for index, record in enumerate(records):
            call.outputs.append(self.values.result(record, place, index, call.generation + 1, call.scope))

    def connect(self, place: int, node: Any) -> None:
        """The call is this node of the engine's graph."""
        self._calls[node.serial] = place
        call = self.graph.calls[place]
        call.recorded = True
        saved = [call.inputs[i] for i in node.plan.saved_inputs if self.graph.values[call.inputs[i]].kind != "number"]
        made = {self.graph.values[value].output: value for value in call.outputs}
        saved += [made[i] for i in node.plan.saved_outputs if i in made]
        call.saved = list(dict.fromkeys(saved))

    def adopt(self, nodes: Iterable[Any], records: Iterable[Any] = (), scope: int | None = None) -> None:
        """Add the calls behind some nodes, the oldest first, with the outputs that anything is known of."""
        found = self._unknown_behind(nodes)
        known = {(record.serial, record.index): record for record in records if record.creator is not None}
        known |= {
            (edge.serial, edge.index): edge for node in found for edge in node.edges if edge.creator is not None
        }
        made: dict[int, list[Any]] = {}
        for (serial, _), record in sorted(known.items()):
            made.setdefault(serial, []).append(record)
        for node in sorted(found, key=lambda node: node.serial):
            older = node.serial <= self._start
            inside = None if older else scope
            place = self.add_call(node.op, [self.values.of_record(edge, inside) for edge in node.edges], inside)
            call = self.graph.calls[place]
            for record in made.get(node.serial, ()):
                value = self.values.result(record, place, record.index, call.generation + 1, inside)
                call.outputs.append(value)
            self.connect(place, node)
            if older:
                self._older.append((node.serial, place))

    def _unknown_behind(self, nodes: Iterable[Any]) -> set[Any]:
        found: set[Any] = set()
        stack = list(nodes)
        while stack:
            node = stack.pop()
            if node not in found and node.serial not in self._calls:
                found.add(node)
                stack.extend(edge.creator for edge in node.edges if edge.creator is not None)
        return found

    def _op(self, op: Any) -> int:
        key = type(op), op.name, op.n_outputs
        if key not in self._ops:
            self._ops[key] = len(self.graph.ops)
            self.graph.ops.append(describe_op(op))
        return self._ops[key]

    def put_in_order(self) -> None:
        """Calls of before the start come first; `calls` is then in the order of time."""
        older = [place for _, place in sorted(self._older)]
        if older != list(range(len(older))):
            renumber_calls(self.graph, older)


def renumber_calls(graph: Graph, first: list[int]) -> None:
    """Put these calls first, and the others behind them in the order that they have."""
    early = set(first)
    order = first + [place for place in range(len(graph.calls)) if place not in early]
    new = {old: place for place, old in enumerate(order)}
    graph.calls[:] = [graph.calls[old] for old in order]
    for call in graph.calls:
        call.derives = None if call.derives is None else new[call.derives]
    for value in graph.values:
        value.maker = None if value.maker is None else new[value.maker]
    for event in graph.events:
        event.call = None if event.call is None else new[event.call]
        event.pushed = None if event.pushed is None else [new[place] for place in event.pushed]
    if graph.error is not None and graph.error.call is not None:
        graph.error.call = new[graph.error.call]


def options_of(op: Any) -> dict[str, str]:
    """The arguments of an op that are not what they are when nobody gives them, as text.

    >>> from rung.functions.reduction import Sum
    >>> options_of(Sum(axis=1))
    {'axis': '1'}
    """
    usual = _defaults(type(op))
    return {
        name: _text(value)
        for name, value in vars(op).items()
        if not name.startswith("_")
        and name != "n_outputs"  # which the engine notes on functions in the book's style
        and _is_plain(value)
        and not (name in usual and _text(usual[name]) == _text(value))
    }


def _defaults(kind: Any) -> dict[str, Any]:
    if kind not in _known_defaults:
        parameters = inspect.signature(kind).parameters.values()
        _known_defaults[kind] = {p.name: p.default for p in parameters if p.default is not p.empty}
    return _known_defaults[kind]


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return len(value) <= LONGEST and all(map(_is_plain, value))
    return isinstance(value, (*_PLAIN, np.ndarray, np.generic))


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    if isinstance(value, (list, tuple)):
        text = ", ".join(map(_text, value))
        return f"[{text}]" if isinstance(value, list) else f"({text}{',' if len(value) == 1 else ''})"
    if isinstance(value, np.generic):
        value = value.item()
    try:
        text = (
            value.__name__ if isinstance(value, type) else str(value) if isinstance(value, np.dtype) else repr(value)
        )
    except Exception:  # of an object of the user's own: looking on must not fail
        text = type(value).__name__
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
