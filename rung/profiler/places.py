"""Where in the program something happens, in words."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from rung.picture.sources import shown_name, user_frame


def here() -> str:
    """The file and the line of the program that runs."""
    frame = user_frame()
    return "" if frame is None else f"{_name(frame.f_code.co_filename)}:{frame.f_lineno}"


@cache
def _name(file: str) -> str:
    return shown_name(file, Path.cwd())
