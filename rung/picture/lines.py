"""Lines with round corners through the points of a net, and heads of arrows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Point = tuple[float, float]
# A pen's way as SVG has it: to a point ("M"), straight to a point ("L"), or in a curve, whose handles are given, to a
# point ("Q" or "C").
Curve = list[tuple[str, list[Point]]]


def branches(points: Sequence[Sequence[int]], ends: Sequence[int], bend: float) -> Iterator[list[Point]]:
    """The ways to the ends of a tree of points, each part of it once: from the source, or from another way.

    A way that leaves another begins a little before, so that it leaves in a bend.

    Args:
        points: x, y and the number of the parent, or -1 at the source.
        ends: the points at the targets; -1 for those that are not reached.
        bend: the radius of corners.
    """
    drawn: set[int] = set()
    for end in ends:
        if end < 0:
            continue
        at, way = end, [(float(points[end][0]), float(points[end][1]))]
        while at not in drawn and points[at][2] >= 0:
            drawn.add(at)
            at = points[at][2]
            way.append((points[at][0], points[at][1]))
        if at in drawn and points[at][2] >= 0:
            before = points[points[at][2]]
            way.append(towards(way[-1], (before[0], before[1]), bend))
        drawn.add(at)
        yield cleaned(way[::-1])


def cleaned(points: list[Point]) -> list[Point]:
    """The corners of a way alone: no point twice, none in the middle of a straight line.

    >>> cleaned([(0, 0), (0, 5), (0, 5), (0, 9), (4, 9)])
    [(0, 0), (0, 9), (4, 9)]
    """
    corners = points[:1]
    for point in points[1:]:
        if point == corners[-1]:
            continue
        if len(corners) > 1 and _is_straight(corners[-2], corners[-1], point):
            corners.pop()
        corners.append(point)
    return corners


def _is_straight(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[1] - b[1]) == (b[1] - a[1]) * (c[0] - b[0])


def rounded(points: list[Point], radius: float, short: float = 0) -> Curve:
    """The way through these points, round at its corners, and so much short of its end."""
    if short and len(points) > 1:
        points = [*points[:-1], towards(points[-1], points[-2], short)]
    curve: Curve = [("M", [points[0]])]
    room = 2 * _length(*points[:2]) if len(points) > 1 else 0  # the first corner need share its way with no other
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        bend = min(radius, room / 2, _length(corner, after) / 2)
        room = _length(corner, after)
        curve += [("L", [towards(corner, before, bend)]), ("Q", [corner, towards(corner, after, bend)])]
    return [*curve, ("L", [points[-1]])]


def towards(start: Point, goal: Point, distance: float) -> Point:
    """The point so far from the start on the way to the goal, but not beyond its middle.

    >>> towards((0, 0), (0, 10), 4), towards((0, 0), (0, 10), 8)
    ((0.0, 4.0), (0.0, 5.0))
    """
    share = min(distance / (_length(start, goal) or 1), 0.5)
    return start[0] + (goal[0] - start[0]) * share, start[1] + (goal[1] - start[1]) * share


def _length(a: Point, b: Point) -> float:
    return float(((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5)


def arrow(before: Point, tip: Point, size: float) -> list[Point]:
    """The three corners of an arrow's head.

    >>> arrow((0, 0), (0, 20), 8)
    [(0, 20), (3.0, 12.0), (-3.0, 12.0)]
    """
    foot = towards(tip, before, size)
    dx, dy = ((tip[i] - foot[i]) * 3 / 8 for i in (0, 1))
    return [tip, (foot[0] + dy, foot[1] - dx), (foot[0] - dy, foot[1] + dx)]
