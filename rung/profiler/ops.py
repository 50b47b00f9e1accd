"""The table of ops: what each takes, forward and backward, and what is beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rung.profiler.costs import DIRECTIONS, RESTS, Cost, Key
from rung.shapes import Shape
from rung.tables import counted, share, size, table


@dataclass(slots=True)
class OpRow(Cost):
    """What an op took.

    Attributes:
        name: of the op; of what is beside ops, in words.
        direction: ``"forward"``, ``"backward"``, or ``"in backward"`` where a derivative called it; ``"compiled"`` of
            a compiled function; empty for what is beside ops.
        shapes: of the inputs, if they were asked for.
    """

    name: str = ""
    direction: str = ""
    shapes: tuple[Shape, ...] = ()

    @property
    def title(self) -> str:
        """The name, with the shapes if they were asked for."""
        return " ".join([self.name, *("x".join(map(str, shape)) or "()" for shape in self.shapes)])


class OpTable:
    """What each op took. Printing it prints a table.

    Attributes:
        rows: of ops, the slowest first.
        rests: of what is beside ops.
        seconds: of all.
    """

    def __init__(self, rows: Iterable[OpRow], lines: int):
        rows = list(rows)
        self.seconds = sum(row.seconds for row in rows)
        self.rows = sorted((row for row in rows if row.direction), key=lambda row: -row.seconds)
        self.rests = sorted((row for row in rows if not row.direction), key=lambda row: RESTS.index(row.name))
        self._lines = lines

    def __repr__(self) -> str:
        most = max((row.flops for row in self.rows), default=0)
        unit = Unit(most)
        head = ("op", "direction", "calls", "ms", "share", "ms/call", "bytes made", f"{unit.name}", "GFLOP/s")
        shown = self.rows[: self._lines]
        lines = [self._line(row, unit) for row in shown]
        if more := self.rows[self._lines :]:
            rest = OpRow(name=counted(len(more), "more op"))
            for row in more:
                rest.add(row)
            lines.append(self._line(rest, unit))
        whole = OpRow(name="all")
        for row in (*self.rows, *self.rests):
            whole.add(row)
        whole.calls = 0
        return table(head, lines, [self._line(row, unit) for row in self.rests], [self._line(whole, unit)], left=2)

    def _line(self, row: OpRow, unit: Unit) -> tuple[str, ...]:
        calls = row.calls if row.direction or row.name not in RESTS[2:] else 0
        return (
            row.title, row.direction, f"{calls:,}" if calls else "", f"{1e3 * row.seconds:,.2f}",
            share(row.seconds, self.seconds), f"{1e3 * row.seconds / calls:.4f}" if calls else "",
            size(row.bytes) if row.bytes else "", *unit.of(row),
        )  # fmt: skip


class Unit:
    """In what operations are counted: so that the most of a table has digits before the point."""

    def __init__(self, most: int):
        self.scale, self.name = (1e9, "GFLOP") if most >= 1e8 else (1e6, "MFLOP")

    def of(self, cost: Cost) -> tuple[str, str]:
        """How many, and how many a second; nothing where none are known."""
        if not cost.flops:
            return "", ""
        rate = cost.flops / cost.seconds / 1e9 if cost.seconds else 0.0
        return f"{cost.flops / self.scale:,.2f}", f"{rate:,.1f}"


def op_table(costs: Mapping[Key, Cost], own_seconds: float, shapes: bool, lines: int) -> OpTable:
    """Sum up by op and direction, and by shapes if wanted."""
    rows: dict[tuple[str, str, tuple[Shape, ...]], OpRow] = {}
    for key, cost in costs.items():
        which = key.name, key.direction if key.name not in RESTS else "", key.shapes if shapes else ()
        rows.setdefault(which, OpRow(name=which[0], direction=which[1], shapes=which[2])).add(cost)
    own = OpRow(seconds=own_seconds, name=RESTS[-1])
    ordered = sorted(rows.values(), key=lambda row: DIRECTIONS.index(row.direction) if row.direction else 9)
    return OpTable([*ordered, own], lines)
