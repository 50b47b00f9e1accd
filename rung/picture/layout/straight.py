"""Straight lines: what the places left almost straight is moved until it is, where there is room."""

from __future__ import annotations

from itertools import pairwise

from rung.picture.layout.levels import Level
from rung.picture.layout.order import gap
from rung.picture.layout.threads import BETWEEN_LANES, Threads

NEARLY = 14  # a thread is nearly straight if its ends are no farther apart than this
SHOVE = 40  # how far a block may push others out of its way
MANY = 100  # how many items may be moved for the sake of one thread
ROUNDS, SETTLING = 2, 2


def straighten(level: Level, rows: list[list[int]], threads: Threads, lefts: list[int]) -> None:
    """Join items that stand straight below one another to blocks; move whole blocks to join them with others.

    At last each block moves, as far as there is room, to where its remaining threads are shortest.
    """
    blocks = Blocks(level, rows, threads, lefts)
    order = sorted(range(len(threads.upper)), key=lambda thread: -threads.weight[thread])
    for thread in order:
        if blocks.jog(thread) == 0:
            blocks.join(thread)
    for _ in range(ROUNDS):
        for thread in order:
            blocks.straighten(thread)
    for _ in range(SETTLING):
        for block in sorted(range(len(lefts)), key=lambda block: len(blocks.members[block])):
            blocks.settle(block)


class Blocks:
    """Items that move together, because lines between them are straight."""

    def __init__(self, level: Level, rows: list[list[int]], threads: Threads, lefts: list[int]):
        self.level, self.threads, self.lefts = level, threads, lefts
        self.blocks = list(range(len(lefts)))  # which block each item is in
        self.members = [[item] for item in self.blocks]
        self.before, self.after = [-1] * len(lefts), [-1] * len(lefts)
        for row in rows:
            for left, right in pairwise(row):
                self.after[left] = right
                self.before[right] = left

    def jog(self, thread: int) -> int:
        """How far to the right of its lower end the upper end of a thread is."""
        threads, lefts = self.threads, self.lefts
        upper = lefts[threads.upper[thread]] + threads.upper_offset[thread]
        return upper - lefts[threads.lower[thread]] - threads.lower_offset[thread]

    def join(self, thread: int) -> None:
        """Make one block of those at both ends of a thread."""
        small, large = self._ends(thread)
        if small != large:
            for item in self.members[small]:
                self.blocks[item] = large
            self.members[large].extend(self.members[small])
            self.members[small] = []

    def straighten(self, thread: int) -> None:
        """Move the block at one end of a thread, the smaller if it can, and join the two."""
        small, large = self._ends(thread)
        if small == large:
            return
        jog = self.jog(thread)
        if jog:
            if not self._may_be_straight(thread, jog):
                return
            way = -jog if small == self.blocks[self.threads.upper[thread]] else jog
            if not self._shove(small, large, way) and not self._shove(large, small, -way):
                return
        self.join(thread)

    def settle(self, block: int) -> None:
        """Move a block towards the median of what its threads to other blocks want, as far as there is room."""
        jogs = self._jogs(block)
        if not jogs:
            return
        low, high = jogs[(len(jogs) - 1) // 2], jogs[len(jogs) // 2]
        way = low if low > 0 else min(high, 0)
        space = abs(way)
        for item in self.members[block]:
            if space <= 0:
                return
            space = min(space, self._space(item, way))
        if space > 0:
            self._move(self.members[block], space if way > 0 else -space)

    def _ends(self, thread: int) -> tuple[int, int]:
        """The blocks at the ends of a thread, the smaller first."""
        upper, lower = self.blocks[self.threads.upper[thread]], self.blocks[self.threads.lower[thread]]
        return (upper, lower) if len(self.members[upper]) < len(self.members[lower]) else (lower, upper)

    def _may_be_straight(self, thread: int, jog: int) -> bool:
        """Only the strongest line into an item may: where two are equal, the item is to stay in their middle."""
        threads = self.threads
        if not threads.is_strongest(thread, threads.above[threads.lower[thread]]):
            return False
        if abs(jog) <= NEARLY or threads.weight[thread] == BETWEEN_LANES:
            return True
        return threads.is_strongest(thread, threads.below[threads.upper[thread]])

    def _space(self, item: int, way: int) -> int:
        """How far an item may move before it comes too near to its neighbour, if that is in another block."""
        left, right = (self.before[item], item) if way < 0 else (item, self.after[item])
        if left < 0 or right < 0 or self.blocks[left] == self.blocks[right]:
            return abs(way)
        widths = self.level.widths
        return self.lefts[right] - self.lefts[left] - widths[left] - gap(self.level, left, right)

    def _shove(self, block: int, anchor: int, way: int) -> bool:
        """Move a block, and others that are in its way; not the anchor, and not too much. Say whether it was done."""
        moving, seen, index = list(self.members[block]), {block}, 0
        if len(moving) > MANY:
            return False
        neighbours = self.before if way < 0 else self.after
        while index < len(moving):
            item = moving[index]
            index += 1
            other = neighbours[item]
            if other < 0 or self.blocks[other] in seen or self._space(item, way) >= abs(way):
                continue
            pushed = self.blocks[other]
            if pushed == anchor or abs(way) > SHOVE or len(moving) + len(self.members[pushed]) > MANY:
                return False
            seen.add(pushed)
            moving.extend(self.members[pushed])
        self._move(moving, way)
        return True

    def _move(self, items: list[int], way: int) -> None:
        for item in items:
            self.lefts[item] += way

    def _jogs(self, block: int) -> list[int]:
        """How far to the right each thread to another block would like this one to move, from the least."""
        threads, blocks = self.threads, self.blocks
        jogs: list[int] = []
        for item in self.members[block]:
            jogs.extend(self.jog(t) for t in threads.above[item] if blocks[threads.upper[t]] != block)
            jogs.extend(-self.jog(t) for t in threads.below[item] if blocks[threads.lower[t]] != block)
        return sorted(jogs)
