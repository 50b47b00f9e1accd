"""Turning: a picture that runs to the right is one that runs down, with its axes swapped."""

from __future__ import annotations

from typing import Any


def turned_scene(scene: dict[str, Any]) -> dict[str, Any]:
    """The scene with width and height swapped; ports that lay along the top lie along the left side."""
    return {**scene, "boxes": [_turned_box(box) for box in scene["boxes"]]}


def _turned_box(box: dict[str, Any]) -> dict[str, Any]:
    width, height = box["w"], box["h"]
    ins = [offset * height // width for offset in box["ins"]]
    outs = [offset * height // width for offset in box["outs"]]
    return {**box, "w": height, "h": width, "ins": ins, "outs": outs}


def turned_placement(placement: dict[str, Any]) -> dict[str, Any]:
    """The placement with x and y swapped."""
    return {
        "width": placement["height"],
        "height": placement["width"],
        "boxes": [[y, x] for x, y in placement["boxes"]],
        "frames": [[y, x, h, w] for x, y, w, h in placement["frames"]],
        "nets": [_turned_net(net) for net in placement["nets"]],
    }


def _turned_net(net: dict[str, Any]) -> dict[str, Any]:
    points = [[y, x, before] for x, y, before in net["points"]]
    stubs = [[target, y, x, h, w, point] for target, x, y, w, h, point in net["stubs"]]
    return {"points": points, "ends": net["ends"], "stubs": stubs}
