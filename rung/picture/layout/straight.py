"""Straight lines: what the places left almost straight is moved until it is, where there is room."""

from __future__ import annotations

from itertools import pairwise

from rung.picture.layout.levels import Level
from rung.picture.layout.order import gap
from rung.picture.layout.threads import BETWEEN_LANES, Threads

NEARLY = 12  # a thread is nearly straight if its ends are no farther apart than this


def straighten(level: Level, rows: list[list[int]], threads: Threads, lefts: list[int]) -> None:
    """Join items that stand straight below one another to blocks, and move whole blocks to join them with others."""
    before, after = _neighbours(rows, len(lefts))
    blocks = list(range(len(lefts)))
    members = [[item] for item in blocks]
    for thread in sorted(range(len(threads.upper)), key=lambda thread: -threads.weight[thread]):
        upper, lower = threads.upper[thread], threads.lower[thread]
        one, other = blocks[upper], blocks[lower]
        if one == other:
            continue
        jog = lefts[upper] + threads.upper_offset[thread] - lefts[lower] - threads.lower_offset[thread]
        if jog and not _may_straighten(threads, thread, jog):
            continue
        small, large, way = (one, other, -jog) if len(members[one]) < len(members[other]) else (other, one, jog)
        if jog:
            if _room(level, members[small], small, blocks, before, after, lefts, way):
                moved, distance = small, way
            elif len(members[large]) <= 200 and _room(
                level, members[large], large, blocks, before, after, lefts, -way
            ):
                moved, distance = large, -way
            else:
                continue
            for item in members[moved]:
                lefts[item] += distance
        for item in members[small]:
            blocks[item] = large
        members[large].extend(members[small])
        members[small] = []


def _may_straighten(threads: Threads, thread: int, jog: int) -> bool:
    if abs(jog) <= NEARLY or threads.weight[thread] == BETWEEN_LANES:
        return True
    return len(threads.below[threads.upper[thread]]) == 1 and len(threads.above[threads.lower[thread]]) == 1


def _neighbours(rows: list[list[int]], count: int) -> tuple[list[int], list[int]]:
    before, after = [-1] * count, [-1] * count
    for row in rows:
        for left, right in pairwise(row):
            after[left] = right
            before[right] = left
    return before, after


def _room(
    level: Level,
    members: list[int],
    block: int,
    blocks: list[int],
    before: list[int],
    after: list[int],
    lefts: list[int],
    way: int,
) -> bool:
    """Whether all members of a block can move by `way` without coming too near to others."""
    for item in members:
        if way < 0:
            other = before[item]
            if other < 0 or blocks[other] == block:
                continue
            if lefts[item] + way < lefts[other] + level.widths[other] + gap(level, other, item):
                return False
        else:
            other = after[item]
            if other < 0 or blocks[other] == block:
                continue
            if lefts[item] + way + level.widths[item] + gap(level, item, other) > lefts[other]:
                return False
    return True
