"""The memory at its peak: when it was, how much, and who held it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rung.profiler.costs import LAYERS, RESTS
from rung.profiler.ledger import KINDS, Holder, Moment
from rung.tables import counted, share, size, table

LINES = 8  # of each kind


@dataclass(frozen=True)
class Held:
    """Who held some of the memory.

    Attributes:
        kind: of memory.
        name: of the op: of activations the one that saved them for backward, of others the one that made them.
        layer: in which the op was called, or whose parameters they are; empty outside of layers.
        bytes: how much.
    """

    kind: str
    name: str
    layer: str
    bytes: int


class Peak:
    """The memory of arrays when there was most of it. Printing it prints a table.

    Attributes:
        bytes: how much there was.
        when: in which op, of which layer, and how many seconds after the block began.
        held: who held it, kind by kind, the largest first.
        process: the most bytes that the process has held since it began, or since the system was told to forget;
            `process_before`: how many it had held when the block began.
    """

    def __init__(self, size: int, when: Moment, held: Mapping[Holder, int], process: int, process_before: int):
        self.bytes, self.when = size, when
        parts = [Held(holder.kind, holder.name, holder.layer.path, size) for holder, size in held.items()]
        self.held = sorted(parts, key=lambda part: (KINDS.index(part.kind), -part.bytes))
        self.process, self.process_before = process, process_before

    def of(self, kind: str) -> int:
        """How many bytes were of one kind."""
        return sum(part.bytes for part in self.held if part.kind == kind)

    def __repr__(self) -> str:
        parts = [self._lines(kind) for kind in KINDS if self.of(kind)]
        process = f"the process: {size(self.process)} at most, {size(self.process_before)} before"
        held = [table(("held by", "bytes", "share"), *parts)] if parts else []
        return "\n".join([self.sentence, *held, process])

    @property
    def sentence(self) -> str:
        """How much, where and when."""
        if not self.when.name:
            return "peak: no arrays were seen"
        where = self.when.name if self.when.name in RESTS else " ".join([self.when.name, self.when.direction]).strip()
        layer = f" of {self.when.layer}" if self.when.layer and self.when.name != LAYERS else ""
        return f"peak: {size(self.bytes)} in {where}{layer}, {1e3 * self.when.seconds:,.1f} ms after the beginning"

    def _lines(self, kind: str) -> list[tuple[str, ...]]:
        rows = _alike([part for part in self.held if part.kind == kind])
        lines = [self._line(kind, self.of(kind)), *(self._line(f"  {who}", held) for who, held in rows[:LINES])]
        if more := rows[LINES:]:
            lines.append(self._line(f"  {counted(len(more), 'more place')}", sum(held for _, held in more)))
        return lines

    def _line(self, who: str, held: int) -> tuple[str, ...]:
        return who, size(held), share(held, self.bytes)


def _alike(parts: list[Held]) -> list[tuple[str, int]]:
    """Who held how much; layers that differ in a number alone, such as the blocks of a network, are one line."""
    groups: dict[tuple[str, str], list[Held]] = {}
    for part in parts:
        groups.setdefault((part.name, re.sub(r"\b\d+\b", "*", part.layer)), []).append(part)
    rows = []
    for (name, layers), group in groups.items():
        where = group[0].layer if len(group) == 1 else f"{layers} ({len(group)} layers)"
        rows.append((" of ".join(filter(None, [name, where])) or "data", sum(part.bytes for part in group)))
    return sorted(rows, key=lambda row: -row[1])
