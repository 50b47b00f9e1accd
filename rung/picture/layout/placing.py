"""Places: where each item stands in its row, so that lines are straight and the picture balanced."""

from __future__ import annotations

from itertools import pairwise

from rung.picture.layout.levels import Level
from rung.picture.layout.order import gap
from rung.picture.layout.straight import straighten
from rung.picture.layout.threads import Threads

PASSES = 10
ABOVE, BELOW, BOTH = range(3)


def place_items(level: Level, rows: list[list[int]], threads: Threads) -> list[int]:
    """The left side of every item, in the order of the rows.

    In turns downwards and upwards each row takes the places that its threads want, as near as the order allows; then
    what is nearly straight is made straight.
    """
    lefts = [0.0] * len(level.kinds)
    starts = _starts(level, rows, threads)
    for row, start in zip(rows, starts, strict=True):
        middle = (start[-1] + level.widths[row[-1]]) / 2 if row else 0.0
        for item, x in zip(row, start, strict=True):
            lefts[item] = x - middle
    for number in range(PASSES):
        downwards = number % 2 == 0
        side = BOTH if number >= PASSES - 4 else ABOVE if downwards else BELOW
        for rank in range(len(rows)) if downwards else range(len(rows) - 1, -1, -1):
            _place_row(rows[rank], starts[rank], threads, lefts, side)
    rounded = [int((x + 0.5) // 1) for x in lefts]
    straighten(level, rows, threads, rounded)
    return rounded


def _starts(level: Level, rows: list[list[int]], threads: Threads) -> list[list[int]]:
    """Where the items of each row stand when it is packed as tightly as may be.

    Two columns, items straight below one another, keep the same distance in all their rows.
    """
    count = len(level.kinds)
    distances = [0] * count  # of each item from the one to its left, left side to left side
    before = [-1] * count
    for row in rows:
        for left, right in pairwise(row):
            before[right] = left
            distances[right] = level.widths[left] + gap(level, left, right)
    upper, lower = _columns(threads, count)
    for row in rows:
        for right in row:
            _keep_apart(right, upper, before, threads, distances, 1)
    for row in reversed(rows):
        for right in row:
            _keep_apart(right, lower, before, threads, distances, -1)
    starts = []
    for row in rows:
        x, own = 0, []
        for index, item in enumerate(row):
            if index:
                x += distances[item]
            own.append(x)
        starts.append(own)
    return starts


def _columns(threads: Threads, count: int) -> tuple[list[int], list[int]]:
    """For each item the thread to the one that it should stand straight below, and above; -1 if there is none."""
    upper, lower = [-1] * count, [-1] * count
    for item in range(count):
        ends = threads.above[item]
        if len(ends) == 1 and len(threads.below[threads.upper[ends[0]]]) == 1:
            upper[item] = ends[0]
            lower[threads.upper[ends[0]]] = ends[0]
    return upper, lower


def _keep_apart(
    right: int, column: list[int], before: list[int], threads: Threads, distances: list[int], way: int
) -> None:
    left = before[right]
    if left < 0 or column[right] < 0 or column[left] < 0:
        return
    one, other = column[left], column[right]
    ends = threads.upper if way > 0 else threads.lower
    if before[ends[other]] != ends[one]:
        return
    shift = (threads.upper_offset[other] - threads.lower_offset[other]) - (
        threads.upper_offset[one] - threads.lower_offset[one]
    )
    distances[right] = max(distances[right], distances[ends[other]] + way * shift)


def _place_row(row: list[int], starts: list[int], threads: Threads, lefts: list[float], side: int) -> None:
    """Isotonic regression: the places nearest to the wanted ones, by weighted squares, that keep order and gaps.

    Items that would overlap stand side by side as one block, at the mean of what they want (pool adjacent violators).
    """
    means: list[float] = []
    weights: list[float] = []
    sizes: list[int] = []
    for item, start in zip(row, starts, strict=True):
        mean, weight = _wanted(item, threads, lefts, side)
        mean -= start
        size = 1
        while means and means[-1] >= mean:
            total = weights[-1] + weight
            mean = (means.pop() * weights.pop() + mean * weight) / total
            weight = total
            size += sizes.pop()
        means.append(mean)
        weights.append(weight)
        sizes.append(size)
    index = 0
    for mean, size in zip(means, sizes, strict=True):
        for _ in range(size):
            lefts[row[index]] = starts[index] + mean
            index += 1


def _wanted(item: int, threads: Threads, lefts: list[float], side: int) -> tuple[float, float]:
    """Where the threads from one side want an item: their weighted median; and how much they want it."""
    strength = 1.0
    above, below = threads.above[item], threads.below[item]
    if side == ABOVE:
        if above:
            below = []
        else:
            strength = 0.05
    elif side == BELOW:
        if below:
            above = []
        else:
            strength = 0.05
    wanted = []
    for t in above:
        wanted.append(
            (lefts[threads.upper[t]] + threads.upper_offset[t] - threads.lower_offset[t], threads.weight[t])
        )
    for t in below:
        wanted.append(
            (lefts[threads.lower[t]] + threads.lower_offset[t] - threads.upper_offset[t], threads.weight[t])
        )
    if not wanted:
        return lefts[item], strength
    wanted.sort()
    total = sum(weight for _, weight in wanted)
    return _median(wanted, total), strength * total


def _median(wanted: list[tuple[float, int]], total: int) -> float:
    """The weighted median; halfway between two values if half of the weight lies on each side."""
    seen = 0
    for index, (value, weight) in enumerate(wanted):
        seen += weight
        if 2 * seen > total:
            return value
        if 2 * seen == total:
            return (value + wanted[index + 1][0]) / 2
    return 0.0
