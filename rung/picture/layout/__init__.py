"""The layout: where everything in a scene stands. Own, for graphs of ten thousand boxes, in nearly linear time.

General layout engines give up on the graphs that define-by-run makes, but these graphs also give much for free: boxes
come in an order in which no line runs back, and groups of them are stretches of that order. The twin of this package,
`page/layout.js`, has the same names and takes the same steps; tests demand the same integers of both, so whoever
changes one changes the other. Only additions, multiplications and divisions of integers and of doubles decide, and
every sort is stable: so both languages agree to the last bit, and the same scene gives the same picture for ever.

The way from a scene to a placement:

1. `levels`: what lies directly in one frame is a small scene of its own, a *level*, of *items*: boxes, frames, and
   the doors through which nets enter and leave. A net is cut where it crosses a border; what it does in one level is
   a *wire*. Levels are laid out from the innermost outwards (`frames`); then a frame is one item of the level around
   it, with ports where its doors came to stand. So nothing here ever calls itself, however deep frames are nested.
2. `ranks`: each item stands one rank below the lowest that leads to it (longest path). Then side branches are lowered
   to just above where they are used: a leaf to its first use, a chain of ops on leaves with it, and what reads
   variables that are used all over. What is left in place is the trunk of the graph.
3. `ports`: the line that comes down the trunk enters a box in its middle, the others beside it, in their order. So
   trunks are straight however long they are, and do not drift.
4. `lanes`: in every rank between its ends a wire takes a place, a *lane*, one for all its targets. Nobody follows a
   line over sixty ranks, and thousands of lanes hide the rest; so a wire ends where that is too far or the level's
   budget is spent, and the targets beyond have a *chip* of their own, a stub with the source's label, just above
   them. Wires cut in this manner are *strands*; what a strand does between two ranks is a *stem*, from one point to
   many, and a stem is a bundle of *threads*, from one to one (`threads`). Each thread knows how much it wants to be
   straight.
5. `order`: the items of a rank from left to right. The order of creation is a good start; sweeps downwards and
   upwards sort each row by the mean place of what its threads lead to; the order with the fewest crossings stays, and
   neighbours that cross less the other way round are exchanged.
6. `placing`: each row in turn takes the places nearest to the weighted medians of what its threads want, without
   changing the order or coming too near to one another: isotonic regression, by pooling adjacent violators.
   `straight`: what stands straight then is joined to blocks; whole blocks are moved, others out of their way, where
   that makes one more line straight; and at last each settles where its lines are shortest.
7. `tracks`: between two ranks each stem that has to go sideways is a horizontal line on a track of its own, unless
   others end far enough from it. Where one line is left downwards at the place at which another is reached from
   above, the other must be higher, or they would cover one another; where two demand this of each other, one is
   broken in two. Beyond that, lines lie so that few cross. `routing` then knows all heights, and every point.
8. `joining`: levels are put into one another and strands joined to one tree for each net. `turning`: a picture that
   runs to the right is one that runs down, with its axes swapped.
"""

from __future__ import annotations

from typing import Any

from rung.picture.layout.distances import CHIP_HEIGHT, CHIP_WIDTH, MARGIN, PADDING
from rung.picture.layout.frames import Plan, Room, arrange, become_item
from rung.picture.layout.joining import Placement, join_levels
from rung.picture.layout.levels import innermost_first, split_into_levels
from rung.picture.layout.turning import turned_placement, turned_scene

__all__ = ["Placement", "lay_out"]

Scene = dict[str, Any]


def lay_out(scene: Scene, direction: str = "down") -> Placement:
    """Where everything in a scene stands, in whole pixels.

    Args:
        scene: boxes with their sizes and ports, in an order in which no net runs back, frames, and nets.
        direction: "down", or "right".

    Returns:
        A dictionary: `width` and `height`; the upper left corner of each of `boxes`; x, y, width and height of each
        of `frames`; and for each of `nets`

        - `points`: x, y and the point before, or -1; from each to the one before, the line is horizontal or vertical;
        - `ends`: the point of each target, or -1 if it is a stub;
        - `stubs`: target, middle of its chip (x, y), width and height of the chip, and the point of the target. The
          line from the chip is among the points.

        A line arrives on the side of its box in the order of the ports, but not always where the scene puts them.

    >>> x = {"frame": -1, "w": 40, "h": 20, "ins": [], "outs": [20]}
    >>> y = {"frame": -1, "w": 60, "h": 20, "ins": [30], "outs": []}
    >>> net = {"from": [0, 0], "to": [[1, 0]]}
    >>> placement = lay_out({"boxes": [x, y], "frames": [], "nets": [net]})
    >>> placement["boxes"], placement["nets"][0]["points"]
    ([[30, 20], [20, 68]], [[50, 40, -1], [50, 68, 0]])
    """
    if direction == "right":
        return turned_placement(_lay_out(turned_scene(scene), turned=True))
    return _lay_out(scene, turned=False)


def _lay_out(scene: Scene, turned: bool) -> Placement:
    levels, places = split_into_levels(scene)
    frames, order = scene["frames"], innermost_first(scene["frames"])
    chips = [_chip(scene["boxes"][net["from"][0]], turned) for net in scene["nets"]]
    plans: dict[int, Plan] = {}
    for frame in order:
        plans[frame] = arrange(levels[frame], _room(frames[frame], turned), chips)
        become_item(levels[frame], plans[frame], levels[frames[frame]["parent"]], places[frame])
    plans[-1] = arrange(levels[-1], Room(MARGIN, MARGIN, MARGIN, MARGIN, 0, 0), chips)
    return join_levels(scene, levels, plans, order[::-1])


def _room(frame: dict[str, Any], turned: bool) -> Room:
    """What a frame keeps free: its padding, and its title bar, which is above in either direction."""
    bar = frame["header"] + PADDING
    if turned:
        return Room(bar, PADDING, PADDING, PADDING, 0, frame["w"])
    return Room(PADDING, bar, PADDING, PADDING, frame["w"], 0)


def _chip(box: dict[str, Any], turned: bool) -> tuple[int, int]:
    """The size of a chip that stands for a box; in a turned scene its height comes first, as that of the box does."""
    if turned:
        return CHIP_HEIGHT, min(box["h"], CHIP_WIDTH)
    return min(box["w"], CHIP_WIDTH), CHIP_HEIGHT
