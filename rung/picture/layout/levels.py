"""A scene taken apart into levels: what lies directly in one frame, or in none, is a small scene of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# What an item stands for.
BOX, FRAME, ENTRY, EXIT, LANE, CHIP = range(6)


@dataclass(slots=True)
class Wire:
    """A net's part within one level: from one port of an item to ports of others."""

    net: int
    source: int  # item, or -1 if the net comes from so far away that only chips stand for it
    port: int
    targets: list[tuple[int, int]] = field(default_factory=list)  # item, port
    goals: list[int] = field(default_factory=list)  # for each: which target of the net it is, or -1: the way to one


@dataclass(slots=True)
class Level:
    """The items of a level, as columns, and its wires.

    An item is a box, a frame that has been laid out already, or a point where a net enters or leaves the level. Lanes
    and chips join them later. `ins` and `outs` are the offsets of an item's ports from its left side.
    """

    frame: int  # -1: the whole picture
    kinds: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)  # which box, frame or net each item is
    widths: list[int] = field(default_factory=list)
    heights: list[int] = field(default_factory=list)
    ins: list[list[int]] = field(default_factory=list)
    outs: list[list[int]] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)

    def add(self, kind: int, part: int, width: int, height: int, ins: list[int], outs: list[int]) -> int:
        """Add an item and return its number."""
        self.kinds.append(kind)
        self.parts.append(part)
        self.widths.append(width)
        self.heights.append(height)
        self.ins.append(ins)
        self.outs.append(outs)
        return len(self.kinds) - 1


def split_into_levels(scene: dict[str, Any]) -> tuple[list[Level], list[int]]:
    """One level for each frame of the scene, and last that of the whole picture; and the items that frames became."""
    frames = scene["frames"]
    levels = [Level(frame) for frame in range(len(frames))] + [Level(-1)]
    boxes, places = _add_items(scene, levels)
    depths = _depths(frames)
    for number, net in enumerate(scene["nets"]):
        _Wiring(scene, levels, boxes, places, depths, number, net).connect()
    return levels, places


def innermost_first(frames: list[Any]) -> list[int]:
    """The frames in an order in which each comes before the one around it."""
    depths = _depths(frames)
    return sorted(range(len(frames)), key=lambda frame: -depths[frame])


def _depths(frames: list[Any]) -> list[int]:
    """How many frames lie around each one; 0 for the whole picture, which comes last."""
    depths = [0] * (len(frames) + 1)
    for frame in range(len(frames)):
        path = []
        while frame != -1 and not depths[frame]:
            path.append(frame)
            frame = frames[frame]["parent"]
        for inner in reversed(path):
            depths[inner] = depths[frames[inner]["parent"]] + 1
    return depths


def _add_items(scene: dict[str, Any], levels: list[Level]) -> tuple[list[int], list[int]]:
    """Put boxes and frames into their levels, in the order of the boxes; return the items that they became."""
    frames = scene["frames"]
    boxes, places = [], [-1] * len(frames)
    for number, box in enumerate(scene["boxes"]):
        _add_frames_around(box["frame"], frames, levels, places)
        boxes.append(levels[box["frame"]].add(BOX, number, box["w"], box["h"], box["ins"], box["outs"]))
    for frame in range(len(frames)):
        _add_frames_around(frame, frames, levels, places)
    return boxes, places


def _add_frames_around(frame: int, frames: list[Any], levels: list[Level], places: list[int]) -> None:
    while frame != -1 and places[frame] == -1:
        parent = frames[frame]["parent"]
        places[frame] = levels[parent].add(FRAME, frame, 0, 0, [], [])
        frame = parent


class _Wiring:
    """Cuts one net where it crosses the borders of frames."""

    def __init__(self, scene: Any, levels: Any, boxes: Any, places: Any, depths: Any, number: int, net: Any):
        self.scene, self.levels, self.boxes, self.places, self.depths = scene, levels, boxes, places, depths
        self.number, self.net = number, net
        self.wires: dict[int, Wire] = {}  # by level
        self.home = scene["boxes"][net["from"][0]]["frame"]

    def connect(self) -> None:
        """Wire every target to the source, through entries and exits."""
        around = self._frames_around(self.home)
        for goal, (box, port) in enumerate(self.net["to"]):
            level = self.scene["boxes"][box]["frame"]
            target = (self.boxes[box], port)
            while level not in around:
                known = level in self.wires
                wire = self.wires[level] if known else self._enter(level)
                wire.targets.append(target)
                wire.goals.append(goal)
                if known:
                    break
                goal, target = -1, (self.places[level], self._add_port(level, "ins"))
                level = self.scene["frames"][level]["parent"]
            else:
                wire = self._leave(level)
                wire.targets.append(target)
                wire.goals.append(goal)

    def _frames_around(self, frame: int) -> set[int]:
        around = {-1}
        while frame != -1:
            around.add(frame)
            frame = self.scene["frames"][frame]["parent"]
        return around

    def _new_wire(self, level: int, source: int, port: int) -> Wire:
        wire = self.wires[level] = Wire(self.number, source, port)
        self.levels[level].wires.append(wire)
        return wire

    def _enter(self, level: int) -> Wire:
        return self._new_wire(level, self.levels[level].add(ENTRY, self.number, 0, 0, [], [0]), 0)

    def _leave(self, level: int) -> Wire:
        """The net's wire in a level around its source, let out of all frames in between."""
        if self.home not in self.wires:
            box, port = self.net["from"]
            self._new_wire(self.home, self.boxes[box], port)
        inner = self.home
        while inner != level:
            outer = self.scene["frames"][inner]["parent"]
            if outer not in self.wires:
                self.wires[inner].targets.append((self.levels[inner].add(EXIT, self.number, 0, 0, [0], []), 0))
                self.wires[inner].goals.append(-1)
                self._new_wire(outer, self.places[inner], self._add_port(inner, "outs"))
            inner = outer
        return self.wires[level]

    def _add_port(self, frame: int, side: str) -> int:
        """A port of the item that a frame became; where it lies is known when the frame is laid out."""
        level = self.levels[self.scene["frames"][frame]["parent"]]
        ports: list[int] = getattr(level, side)[self.places[frame]]
        ports.append(0)
        return len(ports) - 1
