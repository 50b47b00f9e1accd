"""Where in the program of the user something happens: the file and the line."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType

import numpy as np

_OWN = (str(Path(__file__).parents[1]), str(Path(np.__file__).parent))  # code that is never the user's


def user_frame() -> FrameType | None:
    """The innermost frame that belongs neither to Rung nor to NumPy; None if there is none."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_library(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def is_library(file: str) -> bool:
    """Whether a file of code is Rung's, NumPy's, or what Python itself is started with."""
    return file.startswith(_OWN) or file.startswith("<frozen ")


def shown_name(file: str, folder: Path) -> str:
    """A name for a file that is the same on every machine: relative to a folder, or the name alone.

    >>> shown_name("/home/ann/project/lib/nets.py", Path("/home/ann/project"))
    'lib/nets.py'
    >>> shown_name("/usr/lib/nets.py", Path("/home/ann/project"))
    'nets.py'
    >>> shown_name("<stdin>", Path("/home/ann"))
    '<stdin>'
    """
    if file.startswith("<"):
        return file
    path = Path(file)
    if "ipykernel_" in path.parent.name:  # a cell of a notebook, whose file has another name in every session
        return "notebook"
    try:
        return path.relative_to(folder).as_posix() if path.is_absolute() else path.as_posix()
    except ValueError:
        return path.name


class Sources:
    """The files that were met, and where each line is in them."""

    def __init__(self, files: list[str]):
        self.files = files
        self._folder = Path.cwd()
        self._places: dict[str, int] = {}

    def here(self) -> tuple[int, int] | None:
        """The place of the user's file in `files`, and the line that runs."""
        frame = user_frame()
        return None if frame is None else self._place(frame.f_code.co_filename, frame.f_lineno)

    def of_error(self, error: BaseException) -> tuple[int, int] | None:
        """Where in the user's program an exception was raised, or what raised it was called."""
        place, trace = None, error.__traceback__
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            if not is_library(file):
                place = file, trace.tb_lineno
            trace = trace.tb_next
        return None if place is None else self._place(*place)

    def _place(self, file: str, line: int) -> tuple[int, int]:
        if file not in self._places:
            name = shown_name(file, self._folder)
            if name not in self.files:
                self.files.append(name)
            self._places[file] = self.files.index(name)
        return self._places[file], line
