"""The calls whose nodes are alive, and the steps of a training."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any
from weakref import ref

from rung.profiler.layers import LayerRow


class Made(ref):  # type: ignore[type-arg]
    """A weak reference to a node, and who made it."""

    __slots__ = ("key", "layer", "moment", "name", "place")
    key: int
    name: str
    layer: LayerRow
    moment: int
    place: str


class Graphs:
    """The nodes that were made while somebody looked on, as long as they are alive."""

    def __init__(self) -> None:
        self._made: dict[int, Made] = {}  # by the id of the node

    def note(self, node: Any, name: str, layer: LayerRow, moment: int, place: str) -> None:
        """A call has made a node."""
        made = self._made[id(node)] = Made(node, self._gone)
        made.key, made.name, made.layer, made.moment, made.place = id(node), name, layer, moment, place

    def of(self, node: Any) -> Made | None:
        """Who made a node, if it was seen."""
        made = self._made.get(id(node))
        return made if made is not None and made() is node else None

    def alive(self) -> dict[Any, Made]:
        """The nodes that are there, the oldest first."""
        pairs = [(made(), made) for made in list(self._made.values())]
        return {node: made for node, made in pairs if node is not None}

    def close(self) -> None:
        """Look no longer."""
        self._made.clear()

    def _gone(self, made: Made) -> None:
        if self._made.get(made.key) is made:
            del self._made[made.key]


class Steps:
    """When each step of the program ended: with an update; where there are none, with a backward pass; where there
    are none of these either, with a call of a layer."""  # fmt: skip

    def __init__(self) -> None:
        self.updates: list[int] = []
        self.passes: list[int] = []
        self.calls: list[int] = []

    @property
    def ends(self) -> list[int]:
        """The moments."""
        return self.updates or self.passes or self.calls

    def before_the_last(self, moments: list[int]) -> set[int]:
        """The numbers of the steps in which these moments were, without the last step and what came after it."""
        ends = self.ends
        return {step for step in (bisect_left(ends, moment) for moment in moments) if step < len(ends) - 1}
