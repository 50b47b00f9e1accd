"""What holds in every picture; each rule raises if it is broken."""

import itertools
from collections import defaultdict


class Picture:
    """A scene with its placement, turned to run downwards."""

    def __init__(self, scene, placement, direction="down"):
        self.scene, self.placement, self.turned = scene, placement, direction == "right"
        sizes = [self._pair(box["w"], box["h"]) for box in scene["boxes"]]
        self.boxes = [(*self._pair(*place), *size) for place, size in zip(placement["boxes"], sizes, strict=True)]
        self.frames = [(*self._pair(x, y), *self._pair(w, h)) for x, y, w, h in placement["frames"]]
        self.trees = [[(*self._pair(x, y), before) for x, y, before in net["points"]] for net in placement["nets"]]
        self.chips = [
            {
                target: (*self._pair(x - w // 2, y - h // 2), *self._pair(w, h))
                for target, x, y, w, h, _ in net["stubs"]
            }
            for net in placement["nets"]
        ]
        self.whole = (0, 0, *self._pair(placement["width"], placement["height"]))

    def _pair(self, x, y):
        return (y, x) if self.turned else (x, y)

    def around(self, frame):
        """A frame and all frames around it."""
        found = []
        while frame != -1:
            found.append(frame)
            frame = self.scene["frames"][frame]["parent"]
        return found

    def segments(self):
        """Every straight piece of every net: the net, and its ends, the upper or left one first."""
        for net, tree in enumerate(self.trees):
            for x, y, before in tree:
                if before >= 0:
                    other_x, other_y, _ = tree[before]
                    yield net, min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y)


def check(scene, placement, direction="down"):
    """All rules at once."""
    picture = Picture(scene, placement, direction)
    everything_is_an_integer(placement)
    nothing_overlaps(picture)
    children_lie_in_their_frames(picture)
    trees_are_well_formed(picture)
    nets_reach_their_targets(picture)
    no_net_covers_another(picture)
    no_line_runs_through_a_box(picture)


def everything_is_an_integer(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            everything_is_an_integer(part)
    else:
        assert type(value) is int


def _overlap(one, other):
    (x, y, w, h), (other_x, other_y, other_w, other_h) = one, other
    return x < other_x + other_w and other_x < x + w and y < other_y + other_h and other_y < y + h


def _inside(inner, outer):
    (x, y, w, h), (left, top, width, height) = inner, outer
    return left <= x and top <= y and x + w <= left + width and y + h <= top + height


def nothing_overlaps(picture):
    chips = sorted({chip for chips in picture.chips for chip in chips.values()})
    for one, other in itertools.combinations(picture.boxes + chips, 2):
        assert not _overlap(one, other)
    for (i, one), (j, other) in itertools.combinations(enumerate(picture.frames), 2):
        nested = i in picture.around(j) or j in picture.around(i)
        assert nested or not _overlap(one, other)
    for box, place in zip(picture.scene["boxes"], picture.boxes, strict=True):
        for i, frame in enumerate(picture.frames):
            assert i in picture.around(box["frame"]) or not _overlap(place, frame)


def children_lie_in_their_frames(picture):
    for box, place in zip(picture.scene["boxes"], picture.boxes, strict=True):
        assert all(_inside(place, picture.frames[frame]) for frame in picture.around(box["frame"]))
        assert _inside(place, picture.whole)
    for i, frame in enumerate(picture.scene["frames"]):
        assert all(_inside(picture.frames[i], picture.frames[outer]) for outer in picture.around(frame["parent"]))
        assert _inside(picture.frames[i], picture.whole)
    for chips in picture.chips:
        assert all(_inside(chip, picture.whole) for chip in chips.values())


def trees_are_well_formed(picture):
    """Each point is straight beside or below the one before, which comes earlier; nothing runs upwards or twice."""
    for net, tree in enumerate(picture.trees):
        for number, (x, y, before) in enumerate(tree):
            if before >= 0:
                other_x, other_y, _ = tree[before]
                assert before < number
                assert (x == other_x) != (y == other_y), f"net {net}: a slanted line, or none"
                assert y >= other_y, f"net {net} runs upwards"
    own = defaultdict(list)
    for net, *segment in picture.segments():
        own[net].append(segment)
    for segments in own.values():
        for (left, top, right, bottom), (x, y, end_x, end_y) in itertools.combinations(segments, 2):
            if left == right == x == end_x:
                assert bottom <= y or end_y <= top
            if top == bottom == y == end_y:
                assert right <= x or end_x <= left


def nets_reach_their_targets(picture):
    """Every target is reached on its upper side, in the order of its ports, from the source or from a chip."""
    arrivals = defaultdict(list)
    for net, made, tree, chips in zip(
        picture.scene["nets"], picture.placement["nets"], picture.trees, picture.chips, strict=True
    ):
        stubs = {target: point for target, *_, point in made["stubs"]}
        assert len(made["ends"]) == len(net["to"])
        for target, (box, port) in enumerate(net["to"]):
            assert (made["ends"][target] < 0) == (target in stubs)
            point = stubs.get(target, made["ends"][target])
            x, y, _ = tree[point]
            left, top, width, _ = picture.boxes[box]
            assert y == top
            assert left < x < left + width
            arrivals[box].append((port, x))
            while tree[point][2] >= 0:
                point = tree[point][2]
            root_x, root_y, _ = tree[point]
            left, top, width, height = chips[target] if target in stubs else picture.boxes[net["from"][0]]
            assert root_y == top + height
            assert left < root_x < left + width
    for found in arrivals.values():
        places = dict(found)
        assert [places[port] for port in sorted(places)] == sorted(set(places.values()))


def no_net_covers_another(picture):
    rows, columns = defaultdict(list), defaultdict(list)
    for net, left, top, right, bottom in picture.segments():
        if top == bottom:
            rows[top].append((left, right, net))
        else:
            columns[left].append((top, bottom, net))
    for lines in (*rows.values(), *columns.values()):
        lines.sort()
        end, owner = -1, -1
        for begin, stop, net in lines:
            assert begin >= end or net == owner, f"nets {net} and {owner} lie on one another"
            if stop > end:
                end, owner = stop, net


def no_line_runs_through_a_box(picture):
    """Nor through a frame that neither its source nor one of its targets is in, nor through a chip."""
    chips = [chip for chips in picture.chips for chip in chips.values()]
    frames_of = [
        {
            frame
            for box, _ in (net["from"], *net["to"])
            for frame in picture.around(picture.scene["boxes"][box]["frame"])
        }
        for net in picture.scene["nets"]
    ]
    for net, left, top, right, bottom in picture.segments():
        foreign = [frame for i, frame in enumerate(picture.frames) if i not in frames_of[net]]
        for x, y, w, h in (*picture.boxes, *chips, *foreign):
            assert not (left < x + w and right > x and top < y + h and bottom > y)
