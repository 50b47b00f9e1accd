"""Tracks: the horizontal lines between two ranks, one below the other, so that no two nets cover one another."""

from __future__ import annotations

from rung.picture.layout.distances import CLEAR


class Line:
    """A horizontal line: it is reached from above at `source`, and left downwards at `targets`."""

    __slots__ = ("high", "low", "source", "stem", "targets", "track")

    def __init__(self, stem: int, source: int, targets: list[int]):
        self.stem = stem
        self.source = source
        self.targets = targets
        self.low = min(source, *targets)
        self.high = max(source, *targets)
        self.track = 0

    def move(self, way: int) -> None:
        """Move the line to the right."""
        self.source += way
        self.targets = [target + way for target in self.targets]
        self.low += way
        self.high += way


def lay_tracks(lines: list[Line], taken: list[int]) -> tuple[list[Line], int]:
    """Give each line a track, 0 the highest; return the lines, from the highest, and the number of tracks.

    Where a line is left downwards at the very place at which another is reached from above, the other one must lie
    higher. If lines demand this of one another in a circle, one of them is broken in two, joined at a free place.
    `taken` are all places in the channel at which something runs vertically.
    """
    placed: list[Line] = []
    waiting = sorted(lines, key=_falling)
    sources = {line.source for line in lines}
    while waiting:
        index = _next(waiting, sources)
        if index < 0:
            upper, waiting[0] = _broken(waiting[0], taken)
        else:
            upper = waiting.pop(index)
        sources.discard(upper.source)
        placed.append(upper)
    return placed, _stack(placed)


def _falling(line: Line) -> tuple[int, int]:
    """Lines to the right, from the rightmost, then those to the left, from the leftmost: so they cross least."""
    return (0, -line.source) if 2 * line.source <= line.low + line.high else (1, line.source)


def _next(waiting: list[Line], sources: set[int]) -> int:
    """The first line that no other one must lie above; -1 if there is none."""
    for index, line in enumerate(waiting):
        if all(target == line.source or target not in sources for target in line.targets):
            return index
    return -1


def _broken(line: Line, taken: list[int]) -> tuple[Line, Line]:
    middle = _free_place((line.low + line.high) // 2, taken)
    taken.append(middle)
    return Line(line.stem, line.source, [middle]), Line(line.stem, middle, line.targets)


def _free_place(wanted: int, taken: list[int]) -> int:
    """The place nearest to the wanted one that keeps clear of all that are taken."""
    candidates = [wanted] + [place + way for place in taken for way in (-CLEAR, CLEAR)]
    candidates.sort(key=lambda place: abs(place - wanted))
    return next(place for place in candidates if all(abs(place - other) >= CLEAR for other in taken))


def _stack(lines: list[Line]) -> int:
    """Each line on the highest track below all lines before it that it would touch; return how many there are."""
    tracks: list[list[Line]] = []
    for line in lines:
        low, high = line.low - CLEAR, line.high + CLEAR
        track = len(tracks)
        while track and not any(low < other.high and other.low < high for other in tracks[track - 1]):
            track -= 1
        if track == len(tracks):
            tracks.append([])
        tracks[track].append(line)
        line.track = track
    return len(tracks)
