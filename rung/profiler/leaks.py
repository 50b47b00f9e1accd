"""What is still there at the end and grew from step to step: graphs and arrays, their makers, and what keeps them."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rung.profiler.graphs import Graphs, Made, Steps
from rung.profiler.keepers import keeper_of
from rung.profiler.ledger import PARAMETERS, STATE, Ledger, Piece
from rung.tables import counted, size

WORTH_TELLING = 1 << 16  # bytes of arrays that no graph holds; a list of losses as numbers is no leak


@dataclass
class Leak:
    """Graphs, or arrays without a graph, that one line of the program made in several steps and that are still there.

    Attributes:
        what: ``"graph"`` or ``"array"``.
        name: the function that made the last value of each, with the layer and the line, as far as they are known.
        count: how many there are.
        steps: in how many of the steps before the last one they were made.
        functions: how many calls the graphs remember.
        bytes: of the arrays that are still there with them.
        keeper: what the program reaches them by; empty if that was not found.
    """

    what: str
    name: str
    count: int
    steps: int
    functions: int
    bytes: int
    keeper: str

    def __str__(self) -> str:
        calls = f" of {counted(self.functions, 'function')} in all" if self.what == "graph" else ""
        held = f", {size(self.bytes)}" if self.bytes else ""
        subject = self.keeper or "something"
        made = f"made by {self.name} in {counted(self.steps, 'step')} before the last"
        return f"{subject} keeps {counted(self.count, self.what)}{calls}{held}, {made}"


class Leaks(list[Leak]):
    """All that were found. Printing them prints a sentence for each."""

    def __repr__(self) -> str:
        return "\n".join(map(str, self)) or "no leaks: of all but the last step, nothing is left"


@dataclass
class _Group:
    """What the same line made."""

    roots: list[Any] = field(default_factory=list)
    moments: list[int] = field(default_factory=list)
    pieces: set[Piece] = field(default_factory=set)


def find_leaks(graphs: Graphs, ledger: Ledger, steps: Steps) -> Leaks:
    """Look for what has grown. It takes three steps to see that."""
    if not _is_suspect(graphs, ledger, steps):
        return Leaks()
    gc.collect()  # what only a cycle holds is gone
    pieces = [piece for piece in ledger.alive() if piece.moment and _is_made(piece)]
    groups = _graphs(graphs.alive(), ledger, pieces)
    found = [_leak("graph", name, group, steps) for name, group in groups.items() if _grows(group, steps)]
    known = {piece for group in groups.values() for piece in group.pieces}
    arrays = _arrays(piece for piece in pieces if piece not in known)
    for name, group in arrays.items():
        if _grows(group, steps) and sum(piece.bytes for piece in group.pieces) >= WORTH_TELLING:
            found.append(_leak("array", name, group, steps))
    return Leaks(sorted(found, key=lambda leak: -leak.bytes))


def _is_suspect(graphs: Graphs, ledger: Ledger, steps: Steps) -> bool:
    moments = [made.moment for made in graphs.alive().values()] + [piece.moment for piece in ledger.alive()]
    return len(steps.before_the_last([moment for moment in moments if moment])) > 1


def _is_made(piece: Piece) -> bool:
    """Whether it is what steps make, and not what they are made for."""
    return piece.maker.kind not in (PARAMETERS, STATE)


def _grows(group: _Group, steps: Steps) -> bool:
    return len(steps.before_the_last(group.moments)) > 1


def _graphs(alive: dict[Any, Made], ledger: Ledger, pieces: list[Piece]) -> dict[str, _Group]:
    """The graphs by what made their last values; a function that several graphs share belongs to the oldest."""
    outputs: dict[int, list[Piece]] = {}
    for piece in pieces:
        outputs.setdefault(piece.moment, []).append(piece)
    used = {edge.creator for node in alive for edge in node.edges}
    groups: dict[str, _Group] = {}
    met: set[Any] = set()
    for root in (node for node in alive if node not in used):
        group = groups.setdefault(_maker(alive[root].name, alive[root]), _Group())
        group.roots.append(root)
        for node in _reach(root, alive, met):
            group.moments.append(alive[node].moment)
            group.pieces.update(filter(_is_made, ledger.saved(node.saved)), outputs.get(alive[node].moment, ()))
    return groups


def _reach(root: Any, alive: dict[Any, Made], met: set[Any]) -> list[Any]:
    """The nodes behind this one, and itself, that were not met yet."""
    found, stack = [], [root]
    while stack:
        node = stack.pop()
        if node in alive and node not in met:
            met.add(node)
            found.append(node)
            stack += [edge.creator for edge in node.edges]
    return found


def _arrays(pieces: Iterable[Piece]) -> dict[str, _Group]:
    groups: dict[str, _Group] = {}
    for piece in pieces:
        group = groups.setdefault(_maker(piece.maker.name, piece.maker, piece.place), _Group())
        group.roots.append(piece())
        group.moments.append(piece.moment)
        group.pieces.add(piece)
    return groups


def _maker(name: str, made: Any, place: str = "") -> str:
    place = place or getattr(made, "place", "")
    where = f" of {made.layer.path}" if made.layer.path else ""
    return f"{name}{where}" + (f" ({place})" if place else "")


def _leak(what: str, name: str, group: _Group, steps: Steps) -> Leak:
    return Leak(
        what, name, len(group.roots), len(steps.before_the_last(group.moments)),
        len(group.moments) if what == "graph" else 0, sum(piece.bytes for piece in group.pieces),
        keeper_of(group.roots[:3]),
    )  # fmt: skip
