"""Threads: the stems of a level as pairs of ends, in columns, for the loops that look at them most."""

from __future__ import annotations

from dataclasses import dataclass

from rung.picture.layout.lanes import Stem
from rung.picture.layout.levels import BOX, CHIP, LANE, Level

# How much a thread wants to be straight, by whether its ends are lanes.
BETWEEN_LANES, BETWEEN_BOXES, FROM_LANE, FROM_SERVANT, TO_LANE = 16, 16, 4, 2, 1


@dataclass(slots=True)
class Threads:
    """Each thread leads from a port of an item to a port of an item one rank below."""

    upper: list[int]
    upper_offset: list[int]
    lower: list[int]
    lower_offset: list[int]
    weight: list[int]
    above: list[list[int]]  # the threads that end at an item, from the left
    below: list[list[int]]  # the threads that begin at an item, from the left


def spin(level: Level, stems: list[list[Stem]]) -> Threads:
    """The threads of all stems."""
    count = len(level.kinds)
    threads = Threads([], [], [], [], [], [[] for _ in range(count)], [[] for _ in range(count)])
    for channel in stems:
        for stem in channel:
            for lower, offset in zip(stem.lower, stem.offsets, strict=True):
                threads.above[lower].append(len(threads.upper))
                threads.below[stem.item].append(len(threads.upper))
                threads.upper.append(stem.item)
                threads.upper_offset.append(stem.offset)
                threads.lower.append(lower)
                threads.lower_offset.append(offset)
    for item in range(count):
        threads.above[item].sort(key=threads.lower_offset.__getitem__)
        threads.below[item].sort(key=threads.upper_offset.__getitem__)
    threads.weight = [_weight(level, threads, thread) for thread in range(len(threads.upper))]
    return threads


def _weight(level: Level, threads: Threads, thread: int) -> int:
    upper, lower = threads.upper[thread], threads.lower[thread]
    if level.kinds[upper] == LANE:
        return BETWEEN_LANES if level.kinds[lower] == LANE else FROM_LANE
    if level.kinds[lower] == LANE:
        return TO_LANE
    if level.kinds[upper] in (BOX, CHIP) and not threads.above[upper]:
        return FROM_SERVANT
    return BETWEEN_BOXES
