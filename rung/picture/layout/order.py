"""Rows: the items of each rank from left to right, so that few lines cross."""

from __future__ import annotations

from rung.picture.layout.distances import BESIDE, LANE, PASSING
from rung.picture.layout.levels import BOX, ENTRY, EXIT, FRAME, Level
from rung.picture.layout.levels import LANE as LANE_KIND
from rung.picture.layout.threads import Threads

MOST_SWEEPS, LEAST_SWEEPS = 24, 4
WORK = 60_000  # how many ends of threads all sweeps together may look at, where that is more than the least


def order_rows(level: Level, ranks: list[int], threads: Threads) -> list[list[int]]:
    """The items of each rank from left to right: the order of creation, then sweeps; the best order seen stays."""
    rows: list[list[int]] = [[] for _ in range(max(ranks, default=0) + 1)]
    for item in _by_creation(level, threads):
        rows[ranks[item]].append(item)
    sweeps = min(max(WORK // (len(threads.upper) + 1), LEAST_SWEEPS), MOST_SWEEPS)
    centres = [0.0] * len(ranks)
    for row in rows:
        _pack(row, level, centres)
    best, fewest = rows, count_crossings(rows, threads)
    for sweep in range(sweeps):
        if fewest == 0:
            break
        rows = [list(row) for row in rows]
        _sweep(rows, level, threads, centres, downwards=sweep % 2 == 0)
        crossings = count_crossings(rows, threads)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _by_creation(level: Level, threads: Threads) -> list[int]:
    """The items in the order of their creation; a lane counts as its source, a chip as its target."""
    ages = [float(item) for item in range(len(level.kinds))]
    for item, kind in enumerate(level.kinds):
        if kind == LANE_KIND:
            ages[item] = ages[threads.upper[threads.above[item][0]]]
        elif kind not in (BOX, FRAME, ENTRY, EXIT):
            ages[item] = threads.lower[threads.below[item][0]]
    return sorted(range(len(ages)), key=ages.__getitem__)


def gap(level: Level, left: int, right: int) -> int:
    """How far two neighbours in a row keep from one another."""
    lines = (level.widths[left] == 0) + (level.widths[right] == 0)
    return LANE if lines == 2 else PASSING if lines else BESIDE


def _pack(row: list[int], level: Level, lefts: list[float]) -> None:
    """Set a row side by side, its middle at 0."""
    widths = level.widths
    x = 0
    for index, item in enumerate(row):
        if index:
            x += gap(level, row[index - 1], item)
        lefts[item] = x
        x += widths[item]
    for item in row:
        lefts[item] -= x / 2


def _sweep(rows: list[list[int]], level: Level, threads: Threads, lefts: list[float], downwards: bool) -> None:
    """Sort each row by where the threads from the row before come from, one row after the other."""
    upper, upper_offset = threads.upper, threads.upper_offset
    lower, lower_offset = threads.lower, threads.lower_offset
    above, below = threads.above, threads.below
    keys = list(lefts)
    for number in range(len(rows)) if downwards else range(len(rows) - 1, -1, -1):
        row = rows[number]
        for item in row:
            ends = above[item] if downwards else below[item]
            total, count = 0.0, len(ends)
            if downwards:
                for thread in ends:
                    total += lefts[upper[thread]] + upper_offset[thread]
            else:
                for thread in ends:
                    total += lefts[lower[thread]] + lower_offset[thread]
            if count:
                keys[item] = total / count
            else:
                keys[item] = lefts[item] + level.widths[item] / 2
        row.sort(key=keys.__getitem__)
        _pack(row, level, lefts)


def count_crossings(rows: list[list[int]], threads: Threads) -> int:
    """How often threads cross one another: the inversions of their lower ends, by a Fenwick tree for each rank."""
    above, below = threads.above, threads.below
    places = [0] * len(threads.upper)
    crossings = 0
    for number in range(len(rows) - 1):
        size = 0
        for item in rows[number + 1]:
            for thread in above[item]:
                size += 1
                places[thread] = size
        tree = [0] * (size + 1)
        seen = 0
        for item in rows[number]:
            for thread in below[item]:
                place = places[thread]
                left = 0
                while place > 0:
                    left += tree[place]
                    place &= place - 1
                crossings += seen - left
                place = places[thread]
                while place <= size:
                    tree[place] += 1
                    place += place & -place
                seen += 1
    return crossings
