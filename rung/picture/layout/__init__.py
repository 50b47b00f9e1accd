"""Layout."""

from __future__ import annotations

from typing import Any

from rung.picture.layout.distances import CHIP_HEIGHT, CHIP_WIDTH, MARGIN, PADDING
from rung.picture.layout.frames import Plan, Room, arrange, become_item
from rung.picture.layout.joining import Placement, join_levels
from rung.picture.layout.levels import innermost_first, split_into_levels
from rung.picture.layout.turning import turned_placement, turned_scene

Scene = dict[str, Any]


def lay_out(scene: Scene, direction: str = "down") -> Placement:
    """Where everything in a scene stands."""
    if direction == "right":
        return turned_placement(_lay_out(turned_scene(scene), True))
    return _lay_out(scene, False)


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
