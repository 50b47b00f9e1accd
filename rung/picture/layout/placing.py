"""Places: where each item stands in its row, so that lines are straight and the picture balanced."""

from __future__ import annotations

from itertools import pairwise

from rung.picture.layout.levels import Level
from rung.picture.layout.order import gap
from rung.picture.layout.straight import straighten
from rung.picture.layout.threads import Threads, aim_at_middles

PASSES = 4  # in turns downwards and upwards


def place_items(level: Level, rows: list[list[int]], threads: Threads) -> list[int]:
    """The left side of every item, in the order of the rows.

    In each pass one row after the other takes the places that its threads want, as near as the order allows; then
    what is nearly straight is made straight.
    """
    aim_at_middles(level, threads)
    starts = _tight_starts(level, rows, threads)
    lefts = _centred(level, rows, starts)
    for number in range(PASSES):
        for rank in range(len(rows)) if number % 2 == 0 else range(len(rows) - 1, -1, -1):
            _place_row(rows[rank], starts[rank], threads, lefts)
    rounded = [int((x + 0.5) // 1) for x in lefts]
    straighten(level, rows, threads, rounded)
    return rounded


def _tight_starts(level: Level, rows: list[list[int]], threads: Threads) -> list[list[int]]:
    """Where the items of each row stand when it is packed as tightly as may be.

    Two columns, items straight below one another, keep the same distance in all their rows.
    """
    before, distances = [-1] * len(level.kinds), [0] * len(level.kinds)
    for row in rows:
        for left, right in pairwise(row):
            before[right] = left
            distances[right] = level.widths[left] + gap(level, left, right)
    uppers, lowers = _columns(threads)
    for row in rows:
        for item in row:
            _keep_apart(item, uppers, threads.upper, before, threads, distances, 1)
    for row in reversed(rows):
        for item in row:
            _keep_apart(item, lowers, threads.lower, before, threads, distances, -1)
    starts = []
    for row in rows:
        x, own = 0, []
        for item in row:
            x += distances[item]
            own.append(x)
        starts.append(own)
    return starts


def _columns(threads: Threads) -> tuple[list[int], list[int]]:
    """For each item the only thread that leads to it from what feeds nothing else, and the one below; -1 for none."""
    uppers, lowers = [-1] * len(threads.above), [-1] * len(threads.above)
    for item, ends in enumerate(threads.above):
        if len(ends) == 1 and len(threads.below[threads.upper[ends[0]]]) == 1:
            uppers[item] = ends[0]
            lowers[threads.upper[ends[0]]] = ends[0]
    return uppers, lowers


def _keep_apart(
    right: int,
    columns: list[int],
    others: list[int],
    before: list[int],
    threads: Threads,
    distances: list[int],
    way: int,
) -> None:
    """Give two neighbours at least the distance of those that they should stand straight below, or above."""
    left = before[right]
    if left < 0 or columns[right] < 0 or columns[left] < 0:
        return
    one, other = columns[left], columns[right]
    if before[others[other]] != others[one]:
        return
    shift = threads.upper_offset[other] - threads.lower_offset[other]
    shift -= threads.upper_offset[one] - threads.lower_offset[one]
    distances[right] = max(distances[right], distances[others[other]] + way * shift)


def _centred(level: Level, rows: list[list[int]], starts: list[list[int]]) -> list[float]:
    """The rows packed tightly, the middle of each at 0."""
    lefts = [0.0] * len(level.kinds)
    for row, start in zip(rows, starts, strict=True):
        middle = (start[-1] + level.widths[row[-1]]) / 2 if row else 0.0
        for item, x in zip(row, start, strict=True):
            lefts[item] = x - middle
    return lefts


def _place_row(row: list[int], starts: list[int], threads: Threads, lefts: list[float]) -> None:
    """Isotonic regression: the places nearest to the wanted ones, by weighted squares, that keep order and gaps.

    Items that would overlap stand side by side as one block, at the mean of what they want (pool adjacent violators).
    """
    if len(row) == 1:
        lefts[row[0]] = _wanted(row[0], threads, lefts)[0]
        return
    means: list[float] = []
    weights: list[float] = []
    sizes: list[int] = []
    for item, start in zip(row, starts, strict=True):
        wanted, weight = _wanted(item, threads, lefts)
        mean, size = wanted - start, 1
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


def _wanted(item: int, threads: Threads, lefts: list[float]) -> tuple[float, float]:
    """Where the threads of an item want it, the weighted median of where each is straight; and how much."""
    upper, upper_offset = threads.upper, threads.upper_offset
    lower, lower_offset = threads.lower, threads.lower_offset
    weight = threads.weight
    places = [(lefts[upper[t]] + upper_offset[t] - lower_offset[t], weight[t]) for t in threads.above[item]]
    places += [(lefts[lower[t]] + lower_offset[t] - upper_offset[t], weight[t]) for t in threads.below[item]]
    if not places:
        return lefts[item], 1
    places.sort()
    total = 0
    for _, strength in places:
        total += strength
    return _weighted_median(places, total), total


def _weighted_median(places: list[tuple[float, int]], total: int) -> float:
    """The place with half of the weight on each side; halfway between two where no single one is."""
    seen = 0
    for index, (place, weight) in enumerate(places):
        seen += weight
        if 2 * seen > total:
            return place
        if 2 * seen == total:
            return (place + places[index + 1][0]) / 2
    return 0.0
