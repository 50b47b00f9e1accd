"""Frames: a level is arranged as a picture of its own, and becomes one item of the level around it."""

from __future__ import annotations

from dataclasses import dataclass

from rung.picture.layout.distances import PADDING
from rung.picture.layout.lanes import Strand, weave
from rung.picture.layout.levels import ENTRY, EXIT, Level
from rung.picture.layout.order import order_rows
from rung.picture.layout.placing import place_items
from rung.picture.layout.ports import centre_main_lines
from rung.picture.layout.ranks import rank_items
from rung.picture.layout.routing import Route, draw_lines, follow_strands, stack_ranks
from rung.picture.layout.threads import spin
from rung.picture.layout.tracks import Line


@dataclass(slots=True)
class Room:
    """What a level keeps free around its content, and how large it is at least."""

    left: int
    top: int
    right: int
    bottom: int
    least_width: int
    least_height: int


@dataclass(slots=True)
class Plan:
    """An arranged level, in coordinates of its own."""

    width: int
    height: int
    lefts: list[int]
    tops: list[int]
    strands: list[Strand]
    routes: list[Route]


def arrange(level: Level, room: Room, chips: list[tuple[int, int]]) -> Plan:
    """Lay out one level; the frames in it have been laid out before."""
    _close_dead_ports(level)
    ranks = rank_items(level)
    centre_main_lines(level, ranks)
    strands, stems = weave(level, ranks, chips)
    threads = spin(level, stems)
    rows = order_rows(level, ranks, threads)
    lefts = place_items(level, rows, threads)
    lines, track_counts = draw_lines(stems, lefts)
    width = _move_into(level, room, lefts, lines)
    tops, channels, height = stack_ranks(level, rows, track_counts, *_insets(level, room))
    extra = max(room.least_height - height, 0)
    tops = [y + extra // 2 for y in tops]
    channels = [y + extra // 2 for y in channels]
    _put_doors_on_the_border(level, tops, height + extra)
    routes = follow_strands(level, strands, stems, lines, track_counts, channels, lefts, tops)
    return Plan(width, height + extra, lefts, tops, strands, routes)


def become_item(level: Level, plan: Plan, outer: Level, item: int) -> None:
    """Give the item that a frame is in the level around it its size and its ports; -1 is a port without a line."""
    outer.widths[item] = plan.width
    outer.heights[item] = plan.height
    used = {strand.source for strand in plan.strands}
    for strand in plan.strands:
        targets = level.wires[strand.wire].targets
        used.update(targets[place][0] for place in strand.targets)
    doors = [(kind, plan.lefts[door] if door in used else -1) for door, kind in enumerate(level.kinds)]
    outer.ins[item] = [x for kind, x in doors if kind == ENTRY]
    outer.outs[item] = [x for kind, x in doors if kind == EXIT]


def _close_dead_ports(level: Level) -> None:
    """Take out what would lead to ports of frames behind which a chip stands, or come from where no line reaches."""
    for wire in level.wires:
        alive = [place for place, (item, port) in enumerate(wire.targets) if level.ins[item][port] >= 0]
        wire.targets = [wire.targets[place] for place in alive]
        wire.goals = [wire.goals[place] for place in alive]
        if wire.source >= 0 and level.outs[wire.source][wire.port] < 0:
            wire.source = -1
    level.wires = [wire for wire in level.wires if wire.targets]


def _move_into(level: Level, room: Room, lefts: list[int], lines: list[list[Line]]) -> int:
    """Move all of it inside the level's borders, into the middle where there is room to spare; return the width."""
    low, high = _extent(level, lefts, lines)
    content = room.left + high - low + room.right
    width = max(content, room.least_width)
    shift = room.left - low + (width - content) // 2
    for item in range(len(lefts)):
        lefts[item] += shift
    for channel in lines:
        for line in channel:
            line.move(shift)
    return width


def _extent(level: Level, lefts: list[int], lines: list[list[Line]]) -> tuple[int, int]:
    if not lefts:
        return 0, 0
    low, high = min(lefts), max(x + width for x, width in zip(lefts, level.widths, strict=True))
    for channel in lines:
        for line in channel:
            low, high = min(low, line.low), max(high, line.high)
    return low, high


def _insets(level: Level, room: Room) -> tuple[int, int]:
    """What is free above and below the items; the lines of entries and exits give room enough by themselves."""
    top = room.top - PADDING if ENTRY in level.kinds else room.top
    bottom = room.bottom - PADDING if EXIT in level.kinds else room.bottom
    return top, bottom


def _put_doors_on_the_border(level: Level, tops: list[int], height: int) -> None:
    for item, kind in enumerate(level.kinds):
        if kind == ENTRY:
            tops[item] = 0
        elif kind == EXIT:
            tops[item] = height
