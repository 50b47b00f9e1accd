"""By which name a program reaches an object."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

from rung.picture.sources import is_library

DEPTH, WIDTH = 10, 200  # steps from an object to whoever holds it, and objects looked at in each


def keeper_of(objects: list[Any]) -> str:
    """A variable of the program, or an attribute or element of one, through which one of the objects is alive."""
    level = objects
    ways = {id(x): "" for x in objects}  # from each object that was met to what it keeps alive
    for _ in range(DEPTH):
        for names in _names():
            for name, value in list(names.items()):
                if id(value) in ways and not name.startswith("__"):
                    return name + ways[id(value)]
        around = [x for x in gc.get_referrers(*level) if not isinstance(x, FrameType) and x is not level]
        below, level = level, [x for x in around if id(x) not in ways and x is not objects][:WIDTH]
        ways.update({id(x): _way(x, below, ways) for x in level})
    return ""


def _way(holder: Any, below: list[Any], ways: dict[int, str]) -> str:
    """From a holder to what it keeps alive: by an attribute or a key; what is in a list goes by the list's name."""
    ids = {id(x) for x in below}
    attributes = getattr(holder, "__dict__", None)
    if id(attributes) in ids:
        return ways[id(attributes)]
    named = [(f".{name}", x) for name, x in attributes.items()] if isinstance(attributes, dict) else []
    if isinstance(holder, dict):
        is_namespace = all(isinstance(key, str) and key.isidentifier() for key in holder)
        named = [(f".{key}" if is_namespace else f"[{key!r}]", x) for key, x in holder.items()]
    return next((name + ways[id(x)] for name, x in named if id(x) in ids), "")


def _names() -> Iterator[dict[str, Any]]:
    """The variables of the functions that are running, from the innermost, and those of their modules."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if not is_library(frame.f_code.co_filename):
            yield frame.f_locals
            yield frame.f_globals
        frame = frame.f_back
