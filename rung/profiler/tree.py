"""The table of layers: what each took with all that is inside of it, forward and backward."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from rung.profiler.costs import BACKWARD, COMPILED, FORWARD, IN_BACKWARD, LAYERS, RESTS, Cost, Key
from rung.profiler.layers import LayerRow
from rung.profiler.ops import Unit
from rung.tables import share, size, table

RUN = 3  # so many equal layers in a row are folded into one line


@dataclass
class LayerCost:
    """What a layer took, with all that is inside of it.

    Attributes:
        name: what the layer around it calls it.
        kind: its class.
        path: what the outermost layer calls it.
        calls: of the layer itself.
        forward, backward: what it took; backward, with what derivatives called, is that of the ops that it called.
        parameters, parameter_bytes: how many numbers it learns, and their memory.
        children: the layers inside.
        count: how many layers this line stands for.
    """

    name: str
    kind: str
    path: str = ""
    calls: int = 0
    forward: Cost = field(default_factory=Cost)
    backward: Cost = field(default_factory=Cost)
    parameters: int = 0
    parameter_bytes: int = 0
    children: list[LayerCost] = field(default_factory=list)
    count: int = 1

    @property
    def both(self) -> Cost:
        """Forward and backward together."""
        whole = Cost()
        whole.add(self.forward)
        whole.add(self.backward)
        return whole

    def add(self, other: LayerCost) -> None:
        """Let this line stand for another layer, too."""
        self.calls += other.calls
        self.forward.add(other.forward)
        self.backward.add(other.backward)
        self.parameters += other.parameters
        self.parameter_bytes += other.parameter_bytes


class LayerTable:
    """What each layer took. Printing it prints a table, in which runs of equal layers are one line.

    Attributes:
        layers: the outermost layers, with those inside of them.
        outside: of functions that no layer called.
        rests: of what is beside layers and functions, by what it is.
        seconds: of all.
    """

    def __init__(self, layers: list[LayerCost], outside: LayerCost, rests: dict[str, Cost]):
        self.layers, self.outside, self.rests = layers, outside, rests
        self.seconds = sum(cost.seconds for cost in (*(x.both for x in (*layers, outside)), *rests.values()))

    def __iter__(self) -> Iterator[LayerCost]:
        return _walk(self.layers)

    def __getitem__(self, path: str) -> LayerCost:
        return next(layer for layer in self if layer.path == path)

    def __repr__(self) -> str:
        unit = Unit(max((layer.both.flops for layer in self.layers), default=0))
        head = ("layer", "calls", "ms", "share", "forward ms", "backward ms", "bytes made", unit.name, "GFLOP/s",
                "parameters")  # fmt: skip
        lines = list(self._lines(folded(self.layers), "", unit))
        beside = [self._line(self.outside, "functions outside of layers", unit)] if self.outside.both.seconds else []
        beside += [self._rest(name, cost) for name, cost in self.rests.items()]
        whole = ("all", "", _ms(self.seconds), share(self.seconds, self.seconds), *[""] * 6)
        return table(head, lines, beside, [whole])

    def _lines(self, layers: list[LayerCost], indent: str, unit: Unit) -> Iterator[tuple[str, ...]]:
        for layer in layers:
            kind = layer.kind if layer.count == 1 else f"{layer.count} x {layer.kind}"
            yield self._line(layer, f"{indent}{layer.name}: {kind}", unit)
            yield from self._lines(folded(layer.children), indent + "  ", unit)

    def _line(self, layer: LayerCost, title: str, unit: Unit) -> tuple[str, ...]:
        both = layer.both
        return (
            title, f"{layer.calls:,}" if layer.calls else "", _ms(both.seconds), share(both.seconds, self.seconds),
            _ms(layer.forward.seconds), _ms(layer.backward.seconds), size(both.bytes) if both.bytes else "",
            *unit.of(both), f"{layer.parameters:,}" if layer.parameters else "",
        )  # fmt: skip

    def _rest(self, name: str, cost: Cost) -> tuple[str, ...]:
        return (name, "", _ms(cost.seconds), share(cost.seconds, self.seconds), "", "", size(cost.bytes) if cost.bytes
                else "", "", "", "")  # fmt: skip


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:,.2f}" if seconds else ""


def _walk(layers: list[LayerCost]) -> Iterator[LayerCost]:
    for layer in layers:
        yield layer
        yield from _walk(layer.children)


def layer_table(root: LayerRow, costs: Mapping[Key, Cost], own_seconds: float) -> LayerTable:
    """Sum up by layer."""
    sums: dict[tuple[LayerRow, bool], Cost] = {}
    rests: dict[str, Cost] = {}
    for key, cost in costs.items():
        if key.name in RESTS and key.name != LAYERS:
            rests.setdefault(key.name, Cost()).add(cost)
        elif key.direction == COMPILED:
            rests.setdefault(f"compiled {key.name}", Cost()).add(cost)
        else:
            sums.setdefault((key.layer, key.direction in (BACKWARD, IN_BACKWARD)), Cost()).add(cost)
    rests[RESTS[-1]] = Cost(seconds=own_seconds)
    whole = _with_all_inside(root, sums)
    ordered = sorted(rests, key=lambda name: RESTS.index(name) if name in RESTS else -1)
    outside = LayerCost("", FORWARD, "", 0, sums.get((root, False), Cost()), sums.get((root, True), Cost()))
    return LayerTable(whole.children, outside, {name: rests[name] for name in ordered})


def _with_all_inside(row: LayerRow, sums: dict[tuple[LayerRow, bool], Cost]) -> LayerCost:
    layer = LayerCost(row.name, row.kind, row.path, row.calls, parameters=row.parameters,
                      parameter_bytes=row.parameter_bytes)  # fmt: skip
    layer.forward.add(sums.get((row, False), Cost()))
    layer.backward.add(sums.get((row, True), Cost()))
    for child in row.children.values():
        inside = _with_all_inside(child, sums)
        calls = layer.calls
        layer.add(inside)
        layer.calls = calls
        layer.children.append(inside)
    return layer


# Equal layers ------------------------------------------------------------------------------------------------------


def folded(layers: list[LayerCost]) -> list[LayerCost]:
    """The layers, with each long run of equal ones as one that stands for all of them."""
    shown: list[LayerCost] = []
    for _, group in groupby(layers, key=_form):
        run = list(group)
        shown += [_together(run, f"{run[0].name} to {run[-1].name}")] if len(run) >= RUN else run
    return shown


def _form(layer: LayerCost) -> Any:
    """What equal layers have in common: the class, what is inside of them, and the name but for its numbers."""
    return layer.kind, re.sub(r"\d+", "#", layer.name), [_form(child) for child in layer.children]


def _together(run: list[LayerCost], name: str) -> LayerCost:
    """One line for several layers, and for those of the same name inside of them."""
    one = LayerCost(name, run[0].kind, run[0].path, count=sum(layer.count for layer in run))
    for layer in run:
        one.add(layer)
    parts = zip(*[layer.children for layer in run], strict=True)
    one.children = [_together(list(part), part[0].name) for part in parts]
    return one
