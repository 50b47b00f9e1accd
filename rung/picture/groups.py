"""Groups: what of a graph may be folded into one box, and what is unfolded at the start.

Calls stand in the order of time, and every group is a stretch of consecutive calls; groups are nested. So whatever
is folded, arrows go on pointing forward.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from rung.picture.folding import MOST_BOXES, arrange
from rung.picture.graph import Graph, Group
from rung.picture.spans import Span, spans_of

FEW_BOXES = 60  # at the start, of a program made of layers
HANDFUL = 8
ALIKE = ("scope", "repeat", "stretch")  # are unfolded all, or none of them


def add_groups(graph: Graph) -> None:
    """Find the groups of a graph, and say of every call and value in which it is."""
    root = spans_of(graph)
    arrange(root, graph)
    graph.groups.clear()
    _number(root, graph)
    _place_values(graph)
    _open(graph)


def _number(root: Span, graph: Graph) -> None:
    """The groups in the order in which they begin, those around before those inside."""
    stack: list[tuple[Any, int | None]] = [(part, None) for part in reversed(root.parts)]
    while stack:
        part, parent = stack.pop()
        if part.kind == "call":
            graph.calls[part.first].group = parent
            continue
        place = len(graph.groups)
        graph.groups.append(Group(parent, part.kind, part.label, part.detail, part.scope, part.first, part.last))
        stack.extend((child, place) for child in reversed(part.parts))


def _place_values(graph: Graph) -> None:
    """A result is where its maker is; a leaf lies in the innermost group that holds all calls that use it.

    But data and variables that the first call of a group takes lie outside of it, as its inputs.
    """
    users: dict[int, tuple[int, int]] = {}  # the first and the last
    for place, call in enumerate(graph.calls):
        for used in call.inputs:
            users[used] = users.get(used, (place, place))[0], place
    for place, value in enumerate(graph.values):
        if value.maker is not None:
            value.group = graph.calls[value.maker].group
        elif place in users:
            value.group = _innermost(graph, *users[place])
            if value.kind in ("leaf", "data"):
                value.group = _outside(graph, value.group, users[place][0])


def _innermost(graph: Graph, first: int, last: int) -> int | None:
    group = graph.calls[first].group
    while group is not None and graph.groups[group].last < last:
        group = graph.groups[group].parent
    return group


def _outside(graph: Graph, group: int | None, first: int) -> int | None:
    """The group around those that begin with this call: what it takes is taken to come from outside of them."""
    while group is not None and graph.groups[group].first == first:
        group = graph.groups[group].parent
    return group


def _open(graph: Graph) -> None:
    """Unfold, from the outside in, what leaves a picture that can be read at a glance."""
    gains = _gains(graph)
    inside: dict[int | None, list[int]] = {}
    for place, group in enumerate(graph.groups):
        inside.setdefault(group.parent, []).append(place)
    boxes, level = gains[None], inside.get(None, [])
    while level:
        opened = _choose(graph, level, boxes, gains)
        for place in opened:
            graph.groups[place].open = True
            boxes += gains[place] - 1
        level = [child for place in opened for child in inside.get(place, [])]


def _gains(graph: Graph) -> Counter[int | None]:
    """How many boxes lie directly in each group, and in none."""
    gains = Counter(call.group for call in graph.calls)
    gains.update(value.group for value in graph.values)
    gains.update(group.parent for group in graph.groups)
    return gains


def _choose(graph: Graph, level: list[int], boxes: int, gains: Counter[int | None]) -> list[int]:
    """Layers and the like are unfolded all, or none of them; other groups as many as there is room for."""
    alike = [place for place in level if graph.groups[place].kind in ALIKE]
    most = FEW_BOXES if graph.scopes and boxes >= HANDFUL else MOST_BOXES
    chosen = alike if boxes + sum(gains[place] - 1 for place in alike) <= most else []
    boxes += sum(gains[place] - 1 for place in chosen)
    for place in level:
        if graph.groups[place].kind not in ALIKE and boxes + gains[place] - 1 <= MOST_BOXES:
            chosen = [*chosen, place]
            boxes += gains[place] - 1
    return sorted(chosen)
