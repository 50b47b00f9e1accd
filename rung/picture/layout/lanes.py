"""Lanes and stubs: what stands in the rows between the ends of a long wire."""

from __future__ import annotations

from dataclasses import dataclass

from rung.picture.layout.distances import LANES_PER_ITEM, REACH
from rung.picture.layout.levels import CHIP, EXIT, LANE, Level


@dataclass(slots=True)
class Strand:
    """A line from one point to many: a wire as far as it reaches, or a chip with the target that it serves."""

    wire: int
    source: int
    port: int
    targets: list[int]  # places in the targets of the wire
    chip: bool


@dataclass(slots=True)
class Stem:
    """What a strand does between one rank and the next: from a point of one item down to points of others."""

    strand: int
    item: int
    offset: int
    lower: list[int]
    offsets: list[int]
    goals: list[int]  # for each of `lower`: which target of the wire it is, or -1: the lane goes on


def weave(level: Level, ranks: list[int], chips: list[tuple[int, int]]) -> tuple[list[Strand], list[list[Stem]]]:
    """Add chips and lanes to the level and its ranks; return the strands, and for each rank the stems below it."""
    strands = _strands(level, ranks, chips)
    stems: list[list[Stem]] = [[] for _ in range(max(ranks, default=0) + 1)]
    for number, strand in enumerate(strands):
        _add_lane(level, ranks, stems, number, strand)
    return strands, stems


def _strands(level: Level, ranks: list[int], chips: list[tuple[int, int]]) -> list[Strand]:
    """Every wire as far as it reaches, and a chip for each of its targets beyond."""
    reach = _reach(level, ranks)
    strands: list[Strand] = []
    for number, wire in enumerate(level.wires):
        near = []
        for place, (item, _) in enumerate(wire.targets):
            span = ranks[item] - ranks[wire.source] if wire.source >= 0 else 0
            if 0 < span <= reach:
                near.append(place)
            elif level.kinds[item] != EXIT:
                width, height = chips[wire.net]
                chip = level.add(CHIP, wire.net, width, height, [], [width // 2])
                ranks.append(ranks[item] - 1)
                strands.append(Strand(number, chip, 0, [place], True))
        if near:
            strands.append(Strand(number, wire.source, wire.port, near, False))
    return strands


def _reach(level: Level, ranks: list[int]) -> int:
    """How many ranks a wire may cross here, so that all lanes together stay within their budget."""
    budget = LANES_PER_ITEM * len(ranks)
    spans = [0] * (REACH + 2)
    for wire in level.wires:
        if wire.source >= 0:
            longest = max(ranks[item] for item, _ in wire.targets) - ranks[wire.source]
            spans[max(0, min(longest, REACH + 1))] += 1
    longer, places = sum(spans[2:]), 0
    for reach in range(2, REACH + 1):
        places += longer
        if places > budget:
            return reach - 1
        longer -= spans[reach]
    return REACH


def _add_lane(level: Level, ranks: list[int], stems: list[list[Stem]], number: int, strand: Strand) -> None:
    """Lead a strand down to the rank above its last target, a new item in every rank on the way."""
    targets = level.wires[strand.wire].targets
    item, offset, rank = strand.source, level.outs[strand.source][strand.port], ranks[strand.source]
    by_rank: dict[int, list[int]] = {}
    for place in strand.targets:
        by_rank.setdefault(ranks[targets[place][0]], []).append(place)
    last = max(by_rank)
    while rank < last:
        rank += 1
        goals = by_rank.get(rank, [])
        lower = [targets[place][0] for place in goals]
        offsets = [level.ins[targets[place][0]][targets[place][1]] for place in goals]
        stem = Stem(number, item, offset, lower, offsets, list(goals))
        stems[rank - 1].append(stem)
        if rank < last:
            item, offset = level.add(LANE, level.wires[strand.wire].net, 0, 0, [0], [0]), 0
            ranks.append(rank)
            stem.lower.append(item)
            stem.offsets.append(0)
            stem.goals.append(-1)
