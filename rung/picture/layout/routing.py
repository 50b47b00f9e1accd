"""Routes: the height of each rank, the tracks between them, and the points through which every strand runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from rung.picture.layout.distances import BELOW, BEND, TRACK
from rung.picture.layout.lanes import Stem, Strand
from rung.picture.layout.levels import Level
from rung.picture.layout.tracks import Line, lay_tracks


@dataclass(slots=True)
class Route:
    """The tree of points of one strand: x, y and the point before; and for each target of the strand its point."""

    xs: list[int] = field(default_factory=list)
    ys: list[int] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)  # place in the targets of the wire -> point

    def add(self, x: int, y: int, before: int) -> int:
        """Add a point, unless it is where the one before is already; return its number."""
        if before >= 0 and self.xs[before] == x and self.ys[before] == y:
            return before
        self.xs.append(x)
        self.ys.append(y)
        self.before.append(before)
        return len(self.xs) - 1


def draw_lines(stems: list[list[Stem]], lefts: list[int]) -> tuple[list[list[Line]], list[int]]:
    """The horizontal lines below each rank, with their tracks, and how many tracks there are."""
    lines, counts = [], []
    for channel in stems:
        own, taken = [], []
        for number, stem in enumerate(channel):
            source = lefts[stem.item] + stem.offset
            targets = [lefts[item] + offset for item, offset in zip(stem.lower, stem.offsets, strict=True)]
            taken.append(source)
            taken.extend(targets)
            if any(target != source for target in targets):
                own.append(Line(number, source, targets))
        own, count = lay_tracks(own, taken)
        lines.append(own)
        counts.append(count)
    return lines, counts


def stack_ranks(
    level: Level, rows: list[list[int]], track_counts: list[int], top: int, bottom: int
) -> tuple[list[int], list[int], int]:
    """The upper side of every item, that of every channel below a rank, and the height of it all.

    Items stand in the middle of their rank. `top` and `bottom` are kept free.
    """
    heights, tops, channels = level.heights, [0] * len(level.kinds), []
    y = top
    for row, tracks in zip(rows, track_counts, strict=True):
        height = max((heights[item] for item in row), default=0)
        for item in row:
            tops[item] = y + (height - heights[item]) // 2
        y += height
        channels.append(y)
        y += _channel_height(tracks)
    return tops, channels, channels[-1] + bottom if channels else top + bottom


def _channel_height(tracks: int) -> int:
    return max(BELOW, 2 * BEND + TRACK * (tracks - 1))


def follow_strands(
    level: Level,
    strands: list[Strand],
    stems: list[list[Stem]],
    lines: list[list[Line]],
    track_counts: list[int],
    channels: list[int],
    lefts: list[int],
    tops: list[int],
) -> list[Route]:
    """Lead every strand from its source through the channels to its targets."""
    routes = [Route() for _ in strands]
    tips = []  # of each strand: the point from which it goes on
    for strand, path in zip(strands, routes, strict=True):
        source = strand.source
        x = lefts[source] + level.outs[source][strand.port]
        tips.append(path.add(x, tops[source] + level.heights[source], -1))
    for rank, channel in enumerate(stems):
        tracks = track_counts[rank]
        first = channels[rank] + (_channel_height(tracks) - TRACK * (tracks - 1)) // 2
        own: list[list[Line]] = [[] for _ in channel]
        for line in lines[rank]:
            own[line.stem].append(line)
        for stem, path_lines in zip(channel, own, strict=True):
            tips[stem.strand] = _follow(routes[stem.strand], tips[stem.strand], stem, path_lines, first, lefts, tops)
    return routes


def _follow(
    path: Route, tip: int, stem: Stem, lines: list[Line], first: int, lefts: list[int], tops: list[int]
) -> int:
    """Lead one strand through one channel; return the point from which it goes on."""
    for line in lines[:-1]:  # the upper part of a line that was broken in two
        y = first + TRACK * line.track
        tip = path.add(line.targets[0], y, path.add(line.source, y, tip))
    corners = _turn(path, tip, lines[-1], first + TRACK * lines[-1].track) if lines else {}
    onward = tip
    for item, offset, goal in zip(stem.lower, stem.offsets, stem.goals, strict=True):
        x = lefts[item] + offset
        corner = corners.get(x, tip)
        if goal < 0:
            onward = corner
        else:
            path.ends[goal] = path.add(x, tops[item], corner)
    return onward


def _turn(path: Route, tip: int, line: Line, y: int) -> dict[int, int]:
    """Add the points of a horizontal line, outwards from where it is reached; return them by their places."""
    corners = {line.source: path.add(line.source, y, tip)}
    places = sorted(set(line.targets))
    to_right = [x for x in places if x > line.source]
    to_left = [x for x in reversed(places) if x < line.source]
    for side in (to_right, to_left):
        corner = corners[line.source]
        for x in side:
            corner = corners[x] = path.add(x, y, corner)
    return corners
