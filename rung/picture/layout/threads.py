"""Threads: the stems of a level as pairs of ends, in columns, for the loops that look at them most."""

from __future__ import annotations

from dataclasses import dataclass, field

from rung.picture.layout.lanes import Stem
from rung.picture.layout.levels import BOX, CHIP, FRAME, LANE, Level

# How much a thread wants to be straight. Nothing moves the main line, and hardly anything bends a lane.
MAIN = BETWEEN_LANES = 4096
ASIDE, FROM_SERVANT, INTO_LANE = 16, 4, 1


@dataclass(slots=True)
class Threads:
    """Each thread leads from a port of an item to a port of an item one rank below."""

    upper: list[int] = field(default_factory=list)
    upper_offset: list[int] = field(default_factory=list)
    lower: list[int] = field(default_factory=list)
    lower_offset: list[int] = field(default_factory=list)
    weight: list[int] = field(default_factory=list)
    above: list[list[int]] = field(default_factory=list)  # the threads that end at an item, from the left
    below: list[list[int]] = field(default_factory=list)  # the threads that begin at an item, from the left

    def add(self, upper: int, upper_offset: int, lower: int, lower_offset: int) -> int:
        """Add a thread and return its number."""
        thread = len(self.upper)
        self.upper.append(upper)
        self.upper_offset.append(upper_offset)
        self.lower.append(lower)
        self.lower_offset.append(lower_offset)
        self.above[lower].append(thread)
        self.below[upper].append(thread)
        return thread

    def is_strongest(self, thread: int, rivals: list[int]) -> bool:
        """Whether a thread wants to be straight more than each of its rivals does."""
        weight = self.weight
        return all(weight[rival] < weight[thread] for rival in rivals if rival != thread)


def spin(level: Level, stems: list[list[Stem]], lowered: list[bool]) -> Threads:
    """The threads of all stems, and how much each wants to be straight."""
    count = len(level.kinds)
    threads = Threads(above=[[] for _ in range(count)], below=[[] for _ in range(count)])
    firsts, served = [], set()
    for channel in stems:
        for stem in channel:
            own = [
                threads.add(stem.item, stem.offset, lower, offset)
                for lower, offset in zip(stem.lower, stem.offsets, strict=True)
            ]
            if stem.strand not in served and max(stem.goals) >= 0:
                served.add(stem.strand)
                firsts.append(own)
    for item in range(count):
        threads.above[item].sort(key=threads.lower_offset.__getitem__)
        threads.below[item].sort(key=threads.upper_offset.__getitem__)
    threads.weight = [_weight(level, threads, thread, lowered) for thread in range(len(threads.upper))]
    for own in firsts:
        _prefer_first_target(level, threads, own)
    return threads


def _weight(level: Level, threads: Threads, thread: int, lowered: list[bool]) -> int:
    upper, lower = threads.upper[thread], threads.lower[thread]
    if level.kinds[upper] == LANE:
        return BETWEEN_LANES if level.kinds[lower] == LANE else ASIDE
    if level.kinds[lower] == LANE:
        return INTO_LANE
    if level.kinds[upper] in (BOX, CHIP) and not threads.above[upper]:
        return FROM_SERVANT
    return ASIDE if lowered[upper] else MAIN


def _prefer_first_target(level: Level, threads: Threads, own: list[int]) -> None:
    """Where a lane first meets a box and is the main line into it, let it lead there, and bend where it goes on."""
    ends = [thread for thread in own if level.kinds[threads.lower[thread]] != LANE]
    if level.kinds[threads.upper[own[0]]] != LANE or len(ends) != 1:
        return
    if threads.is_strongest(ends[0], threads.above[threads.lower[ends[0]]]):
        for thread in own:
            threads.weight[thread] = MAIN if thread == ends[0] else INTO_LANE


def aim_at_middles(level: Level, threads: Threads) -> None:
    """Let threads between two frames aim from middle to middle where no single one is the main line."""
    kinds = level.kinds
    for thread, (upper, lower) in enumerate(zip(threads.upper, threads.lower, strict=True)):
        if kinds[upper] == kinds[lower] == FRAME and not threads.is_strongest(thread, threads.above[lower]):
            threads.upper_offset[thread] = level.widths[upper] // 2
            threads.lower_offset[thread] = level.widths[lower] // 2
