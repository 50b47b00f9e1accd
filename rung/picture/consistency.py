"""Whether the parts of a graph from outside fit together: no cycles, nested groups, events that are whole."""

from __future__ import annotations

from typing import Any, NoReturn

from rung.errors import TraceError
from rung.picture.graph import Graph

# What events of each kind must have.
NEEDED = {
    "call": ("call",),
    "backward": ("pass_", "arrivals", "pushed"),
    "visit": ("call", "pass_", "arrivals", "pushed"),
    "end": ("pass_",),
    "step": ("number",),
    "update": ("value",),
    "error": (),
}


def check_consistency(graph: Graph) -> None:
    """Refuse a graph in which something comes before what it comes from.

    Raises:
        TraceError: with what is wrong, and where.
    """
    _check_shapes(graph)
    _check_makers(graph)
    _check_order(graph)
    _check_groups(graph)
    _check_events(graph)


def _refuse(where: str, what: str) -> NoReturn:
    raise TraceError(f"{where} {what}")


def _check_shapes(graph: Graph) -> None:
    """Elements that are kept one by one are nested as the shape of their value says."""
    for place, value in enumerate(graph.values):
        for _, array in (*value.arrays, *value.gradients):
            if array.values is not None and not _fits(array.values, value.shape):
                _refuse(f"values[{place}]", f"must have elements in the shape {value.shape[:8]}")
    for place, event in enumerate(graph.events):
        for arrival in event.arrivals or ():
            if arrival.array.values is not None and not _fits(
                arrival.array.values, graph.values[arrival.value].shape
            ):
                _refuse(f"events[{place}].arrivals", f"must have the shape of value {arrival.value}")


def _fits(values: Any, shape: list[int]) -> bool:
    if not shape or not isinstance(values, list):
        return not shape and not isinstance(values, list)
    return len(values) == shape[0] and all(_fits(part, shape[1:]) for part in values)


def _check_makers(graph: Graph) -> None:
    """A value knows its maker, and a call what it made."""
    made: dict[int, int] = {}
    for place, call in enumerate(graph.calls):
        for output in call.outputs:
            if output in made or graph.values[output].maker != place:
                _refuse(f"calls[{place}].outputs", f"must be values that it made, but value {output} is not")
            if graph.values[output].output >= len(graph.ops[call.op].outputs):
                _refuse(f"values[{output}].output", "must be one of the outputs of the function that made it")
            made[output] = place
    for place, value in enumerate(graph.values):
        if value.maker is not None and made.get(place) != value.maker:
            _refuse(f"values[{place}].maker", f"is call {value.maker}, which did not make it")


def _check_order(graph: Graph) -> None:
    """Calls use what earlier ones made; scopes lie in earlier ones."""
    for place, call in enumerate(graph.calls):
        for value in call.inputs:
            maker = graph.values[value].maker
            if maker is not None and maker >= place:
                _refuse(f"calls[{place}].inputs", f"must be there before it, but value {value} is not")
    for place, scope in enumerate(graph.scopes):
        if scope.parent is not None and scope.parent >= place:
            _refuse(f"scopes[{place}].parent", "must be an earlier scope")


def _check_groups(graph: Graph) -> None:
    """Groups are nested: what begins inside one ends inside it."""
    ends: dict[int | None, int] = {None: -1}  # of each group, where what is known to be in it ends
    for place, group in enumerate(graph.groups):
        where = f"groups[{place}]"
        if group.first > group.last:
            _refuse(where, "must not end before it begins")
        if group.parent is not None:
            around = graph.groups[group.parent]
            if group.parent >= place or group.first < around.first or group.last > around.last:
                _refuse(f"{where}.parent", "must be an earlier group, around this one")
        if group.first <= ends.get(group.parent, -1):
            _refuse(where, "must begin after the one before it in the same group has ended")
        ends[group.parent] = group.last
    for place, call in enumerate(graph.calls):
        if call.group is not None:
            group = graph.groups[call.group]
            if not group.first <= place <= group.last:
                _refuse(f"calls[{place}].group", "must be a group around it")


def _check_events(graph: Graph) -> None:
    for place, event in enumerate(graph.events):
        for name in NEEDED[event.what]:
            if getattr(event, name) is None:
                _refuse(f"events[{place}]", f"must say its {name.removesuffix('_')}")
    memory = graph.memory
    if len({len(column) for column in (memory.events, memory.kinds, memory.values, memory.bytes)}) > 1:
        _refuse("memory", "must have columns of one length")
