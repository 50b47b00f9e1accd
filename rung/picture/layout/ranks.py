"""Ranks: how many rows down each item of a level stands. Every wire points from a lesser rank to a greater one."""

from __future__ import annotations

from rung.picture.layout.levels import ENTRY, EXIT, Level


def rank_items(level: Level) -> list[int]:
    """The rank of every item: the length of the longest way to it, but what only feeds others stands beside them.

    Entries have rank 0, exits the last one. A wire that would have to run upwards is left out of account: it is for
    the lanes to see that it does not fit.
    """
    count = len(level.kinds)
    above, below = _neighbours(level)
    order = _topological(count, above)
    place = [0] * count
    for position, item in enumerate(order):
        place[item] = position
    ranks = _longest_ways(level, order, place, above)
    _pull_down(level, ranks, order, place, above, below)
    return ranks


def _neighbours(level: Level) -> tuple[list[list[int]], list[list[int]]]:
    """For each item: the items that wires bring to it, and those that its own wires go to, once for each end."""
    count = len(level.kinds)
    above: list[list[int]] = [[] for _ in range(count)]
    below: list[list[int]] = [[] for _ in range(count)]
    for wire in level.wires:
        source = wire.source
        if source < 0:
            continue
        for item, _ in wire.targets:
            above[item].append(source)
            below[source].append(item)
    return above, below


def _topological(count: int, above: list[list[int]]) -> list[int]:
    """The items, each after all above it, else in the order of creation; in a circle some wire runs upwards."""
    order: list[int] = []
    state = [0] * count  # 0: not seen, 1: waiting for what is above it, 2: done
    for start in range(count):
        stack = [start]
        while stack:
            item = stack[-1]
            if state[item] == 0:
                state[item] = 1
                stack.extend(upper for upper in reversed(above[item]) if state[upper] == 0)
                continue
            stack.pop()
            if state[item] == 1:
                state[item] = 2
                order.append(item)
    return order


def _longest_ways(level: Level, order: list[int], place: list[int], above: list[list[int]]) -> list[int]:
    """Ranks as low as the wires into an item allow."""
    kinds = level.kinds
    first = 1 if ENTRY in kinds else 0
    ranks = [first] * len(order)
    for item in _needing_chips(level, place):
        ranks[item] = first + 1
    for item in order:
        if kinds[item] == ENTRY:
            ranks[item] = 0
            continue
        rank = ranks[item]
        for upper in above[item]:
            if place[upper] < place[item] and ranks[upper] >= rank:
                rank = ranks[upper] + 1
        ranks[item] = rank
    if EXIT in kinds:
        last = max(rank + (kind != EXIT) for rank, kind in zip(ranks, kinds, strict=True))
        for item, kind in enumerate(kinds):
            if kind == EXIT:
                ranks[item] = last
    return ranks


def _needing_chips(level: Level, place: list[int]) -> list[int]:
    """The targets of wires without a source, or with one that comes later: a chip will stand above each."""
    return [
        item
        for wire in level.wires
        for item, _ in wire.targets
        if wire.source < 0 or place[wire.source] >= place[item]
    ]


def _pull_down(
    level: Level, ranks: list[int], order: list[int], place: list[int], above: list[list[int]], below: list[list[int]]
) -> None:
    """Lower what has nothing above it but its own servants, until it stands beside its first use."""
    loose = [False] * len(order)
    for item in order:
        loose[item] = level.kinds[item] not in (ENTRY, EXIT) and all(
            loose[upper] and below[upper].count(item) == len(below[upper]) for upper in above[item]
        )
    for item in reversed(order):
        if not loose[item]:
            continue
        lower = [ranks[target] for target in below[item] if place[target] > place[item]]
        if lower:
            ranks[item] = max(min(lower) - 1, ranks[item])
