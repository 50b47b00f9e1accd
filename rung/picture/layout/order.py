"""Rows: the items of each rank from left to right, so that few lines cross."""

from __future__ import annotations

from rung.picture.layout.distances import BESIDE, LANES_APART, PASSING
from rung.picture.layout.levels import CHIP, LANE, Level
from rung.picture.layout.threads import Threads

MOST_SWEEPS, LEAST_SWEEPS, PATIENCE = 24, 4, 4  # patience: with sweeps that make nothing better
WORK = 40_000  # how many threads all sweeps together may look at, where that is more than the least
EXCHANGES = 4  # how often all neighbours are compared


def order_rows(level: Level, ranks: list[int], threads: Threads) -> list[list[int]]:
    """The items of each rank from left to right: the order of creation, then sweeps; the best order seen stays."""
    rows: list[list[int]] = [[] for _ in range(max(ranks, default=0) + 1)]
    for item in _by_creation(level, threads):
        rows[ranks[item]].append(item)
    sweeps = min(max(WORK // (len(threads.upper) + 1), LEAST_SWEEPS), MOST_SWEEPS)
    lefts = [0.0] * len(ranks)
    for row in rows:
        _pack(level, row, lefts)
    best, fewest = rows, count_crossings(rows, threads)
    last = 0  # the sweep that made the best order
    for sweep in range(sweeps):
        if fewest == 0 or sweep - last > PATIENCE:
            break
        rows = [list(row) for row in rows]
        _sweep(level, rows, threads, lefts, downwards=sweep % 2 == 0)
        crossings = count_crossings(rows, threads)
        if crossings < fewest:
            best, fewest, last = rows, crossings, sweep
    if fewest:
        _exchange_neighbours(level, best, threads)
    return best


def _by_creation(level: Level, threads: Threads) -> list[int]:
    """The items in the order of their creation; a lane counts as its source, a chip as its target."""
    ages = list(range(len(level.kinds)))
    for item, kind in enumerate(level.kinds):
        if kind == LANE:
            ages[item] = ages[threads.upper[threads.above[item][0]]]
        elif kind == CHIP:
            ages[item] = threads.lower[threads.below[item][0]]
    return sorted(range(len(ages)), key=ages.__getitem__)


def gap(level: Level, left: int, right: int) -> int:
    """How far two neighbours in a row keep from one another; what has no width is a line."""
    if level.widths[left]:
        return BESIDE if level.widths[right] else PASSING
    return PASSING if level.widths[right] else LANES_APART


def _pack(level: Level, row: list[int], lefts: list[float]) -> None:
    """Set a row side by side, its middle at 0."""
    widths = level.widths
    x = 0
    for index, item in enumerate(row):
        if index:
            x += gap(level, row[index - 1], item)
        lefts[item] = x
        x += widths[item]
    middle = x / 2
    for item in row:
        lefts[item] -= middle


def _sweep(level: Level, rows: list[list[int]], threads: Threads, lefts: list[float], downwards: bool) -> None:
    """Sort each row by where its threads come from, on the mean, one row after the other."""
    others, offsets = (threads.upper, threads.upper_offset) if downwards else (threads.lower, threads.lower_offset)
    ends = threads.above if downwards else threads.below
    widths = level.widths
    keys = list(lefts)
    for row in rows if downwards else reversed(rows):
        for item in row:
            if ends[item]:
                total = 0.0
                for thread in ends[item]:
                    total += lefts[others[thread]] + offsets[thread]
                keys[item] = total / len(ends[item])
            else:
                keys[item] = lefts[item] + widths[item] / 2
        row.sort(key=keys.__getitem__)
        _pack(level, row, lefts)


def _exchange_neighbours(level: Level, rows: list[list[int]], threads: Threads) -> None:
    """Let neighbours change places wherever that takes crossings away."""
    places = [0] * len(level.kinds)
    for row in rows:
        for place, item in enumerate(row):
            places[item] = place
    for number in range(EXCHANGES):
        changed = False
        for row in rows if number % 2 == 0 else reversed(rows):
            for place in range(len(row) - 1):
                left, right = row[place], row[place + 1]
                if _saving(threads, places, left, right) > 0:
                    row[place], row[place + 1] = right, left
                    places[left], places[right] = place + 1, place
                    changed = True
        if not changed:
            return


def _saving(threads: Threads, places: list[int], left: int, right: int) -> int:
    """How many crossings go away if two neighbours change places."""
    saving = 0
    for ends, others, offsets in (
        (threads.above, threads.upper, threads.upper_offset),
        (threads.below, threads.lower, threads.lower_offset),
    ):
        for one in ends[left]:
            place, offset = places[others[one]], offsets[one]
            for other in ends[right]:
                way = place - places[others[other]] or offset - offsets[other]
                if way > 0:
                    saving += 1
                elif way < 0:
                    saving -= 1
    return saving


def count_crossings(rows: list[list[int]], threads: Threads) -> int:
    """How often threads cross one another: the inversions of their lower ends, by a Fenwick tree for each rank."""
    above, below = threads.above, threads.below
    places = [0] * len(threads.upper)
    crossings = 0
    for number in range(len(rows) - 1):
        size = seen = 0
        for item in rows[number + 1]:
            for thread in above[item]:
                size += 1
                places[thread] = size
        tree = [0] * (size + 1)
        for item in rows[number]:
            for thread in below[item]:
                crossings += seen
                place = places[thread]
                while place > 0:
                    crossings -= tree[place]
                    place &= place - 1
                place = places[thread]
                while place <= size:
                    tree[place] += 1
                    place += place & -place
                seen += 1
    return crossings
