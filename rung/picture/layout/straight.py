"""Straight lines: what the places left almost straight is moved until it is, where there is room."""

from __future__ import annotations

from itertools import pairwise

from rung.picture.layout.levels import Level
from rung.picture.layout.order import gap
from rung.picture.layout.threads import BETWEEN_LANES, Threads

NEARLY = 14  # a thread is nearly straight if its ends are no farther apart than this
SHOVE = 40
MANY = 100  # how many items may be moved for the sake of one thread


def straighten(level: Level, rows: list[list[int]], threads: Threads, lefts: list[int]) -> None:
    """Join items that stand straight below one another to blocks, and move whole blocks to join them with others."""
    before, after = _neighbours(rows, len(lefts))
    blocks = list(range(len(lefts)))
    members = [[item] for item in blocks]
    order = sorted(range(len(threads.upper)), key=lambda thread: -threads.weight[thread])
    for rnd in range(ROUNDS):
      for thread in order:
        upper, lower = threads.upper[thread], threads.lower[thread]
        one, other = blocks[upper], blocks[lower]
        if one == other:
            continue
        jog = lefts[upper] + threads.upper_offset[thread] - lefts[lower] - threads.lower_offset[thread]
        if jog:
            if rnd==0 and EXACT_FIRST or not _may_straighten(threads, thread, jog):
                continue
            small, large, way = (one, other, -jog) if len(members[one]) < len(members[other]) else (other, one, jog)
            for block, anchor, distance in ((small, large, way), (large, small, -way)):
                moving = _moving(level, block, anchor, distance, blocks, members, before, after, lefts)
                if moving:
                    break
            else:
                continue
            for item in moving:
                lefts[item] += distance
        small, large = (one, other) if len(members[one]) < len(members[other]) else (other, one)
        for item in members[small]:
            blocks[item] = large
        members[large].extend(members[small])
        members[small] = []
ROUNDS=2
EXACT_FIRST=True

def _may_straighten(threads: Threads, thread: int, jog: int) -> bool:
    main = _is_main(threads, thread, threads.above[threads.lower[thread]]) 
    if not main: return False
    if abs(jog) <= NEARLY or threads.weight[thread] == BETWEEN_LANES:
        return True
    return _is_main(threads, thread, threads.below[threads.upper[thread]])

def _is_main(threads, thread, rivals):
    w=threads.weight[thread]
    for r in rivals:
        if r!=thread and threads.weight[r]>=w: return False
    return True


def _neighbours(rows: list[list[int]], count: int) -> tuple[list[int], list[int]]:
    before, after = [-1] * count, [-1] * count
    for row in rows:
        for left, right in pairwise(row):
            after[left] = right
            before[right] = left
    return before, after


def _moving(level, block, anchor, way, blocks, members, before, after, lefts):
    """Everything that moves if a block moves by `way`; nothing if that is too much."""
    moving = list(members[block])
    if len(moving) > MANY: return []
    seen = {block}
    step = before if way < 0 else after
    index = 0
    while index < len(moving):
        item = moving[index]
        index += 1
        other = step[item]
        if other < 0 or blocks[other] in seen:
            continue
        left, right = (other, item) if way < 0 else (item, other)
        space = lefts[right] - lefts[left] - level.widths[left] - gap(level, left, right)
        if abs(way) > space:
            b = blocks[other]
            if b == anchor or abs(way) > SHOVE or len(moving) + len(members[b]) > MANY:
                return []
            seen.add(b)
            moving.extend(members[b])
    return moving
