"""Joining: the levels put into one another, and what each net does in them made one tree."""

from __future__ import annotations

from typing import Any

from rung.picture.layout.frames import Plan
from rung.picture.layout.levels import BOX, CHIP, ENTRY, EXIT, FRAME, Level

Placement = dict[str, Any]


def join_levels(
    scene: dict[str, Any], levels: list[Level], plans: dict[int, Plan], outermost_first: list[int]
) -> Placement:
    """The places of all boxes, frames and nets in the whole picture."""
    boxes: list[Any] = [None] * len(scene["boxes"])
    frames: list[Any] = [None] * len(scene["frames"])
    trees = [Tree(len(net["to"])) for net in scene["nets"]]
    for frame in [-1, *outermost_first]:
        level, plan = levels[frame], plans[frame]
        left, top = frames[frame][:2] if frame >= 0 else (0, 0)
        for item, kind in enumerate(level.kinds):
            x, y = left + plan.lefts[item], top + plan.tops[item]
            if kind == BOX:
                boxes[level.parts[item]] = [x, y]
            elif kind == FRAME:
                frames[level.parts[item]] = [x, y, level.widths[item], level.heights[item]]
        for number in range(len(plan.strands)):
            _plant(level, plan, number, left, top, trees)
    nets = [tree.grow() for tree in trees]
    return {"width": plans[-1].width, "height": plans[-1].height, "boxes": boxes, "frames": frames, "nets": nets}


def _plant(level: Level, plan: Plan, number: int, left: int, top: int, trees: list[Tree]) -> None:
    """Add one strand of a level to the tree of its net."""
    strand, path = plan.strands[number], plan.routes[number]
    wire, source = level.wires[strand.wire], strand.source
    tree = trees[wire.net]
    root = len(tree.points)
    for x, y, before in zip(path.xs, path.ys, path.before, strict=True):
        tree.points.append([left + x, top + y, root + before if before >= 0 else -1])
    kind = level.kinds[source]
    if kind == CHIP:
        width, height = level.widths[source], level.heights[source]
        middle = [left + plan.lefts[source] + width // 2, top + plan.tops[source] + height // 2]
        tree.chips[root] = [*middle, width, height]
    elif kind in (ENTRY, FRAME):
        tree.begins[level.frame if kind == ENTRY else level.parts[source]] = root
    for place, point in path.ends.items():
        item, goal = wire.targets[place][0], wire.goals[place]
        if goal >= 0:
            tree.ends[goal] = root + point
        else:
            tree.stops[level.frame if level.kinds[item] == EXIT else level.parts[item]] = root + point


class Tree:
    """The points of a net while its strands are being gathered, and where they meet: at the borders of frames."""

    def __init__(self, targets: int):
        self.points: list[list[int]] = []  # x, y, the point before
        self.ends = [-1] * targets
        self.chips: dict[int, list[int]] = {}  # the points at which chips stand, with their middles and sizes
        self.begins: dict[int, int] = {}  # frame -> where a strand goes on from its border
        self.stops: dict[int, int] = {}  # frame -> where a strand arrives at its border

    def grow(self) -> Any:
        """Join the strands, leave out points where nothing turns, and number the rest from the root."""
        for frame, point in self.begins.items():
            self.points[point][2] = self.stops[frame]
        after: list[list[int]] = [[] for _ in self.points]
        roots: list[int] = []
        for point, (_, _, before) in enumerate(self.points):
            (after[before] if before >= 0 else roots).append(point)
        kept: list[list[int]] = []
        numbers, chips = [-1] * len(self.points), [-1] * len(self.points)
        ends = set(self.ends)
        stack = [(root, -1, root) for root in reversed(roots)]
        while stack:
            point, before, root = stack.pop()
            x, y, _ = self.points[point]
            if (
                before < 0
                or point in ends
                or len(after[point]) != 1
                or self._turns(point, before, after[point][0], kept)
            ):
                kept.append([x, y, before])
                before = len(kept) - 1
            numbers[point], chips[point] = before, root if root in self.chips else -1
            stack.extend((lower, before, root) for lower in reversed(after[point]))
        return self._finished(kept, numbers, chips)

    def _turns(self, point: int, before: int, after: int, kept: list[list[int]]) -> bool:
        x, y, _ = self.points[point]
        down = kept[before][0] == x == self.points[after][0]
        along = kept[before][1] == y == self.points[after][1]
        return not (down or along)

    def _finished(self, kept: list[list[int]], numbers: list[int], chips: list[int]) -> Any:
        ends, stubs = [], []
        for target, point in enumerate(self.ends):
            if point < 0 or chips[point] >= 0:
                ends.append(-1)
                stubs.append([target, *self.chips[chips[point]], numbers[point]])
            else:
                ends.append(numbers[point])
        return {"points": kept, "ends": ends, "stubs": stubs}
