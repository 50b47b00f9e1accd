"""A picture in a file, which a notebook shows."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any


class Picture(os.PathLike[str]):
    """The path of a picture. Where a path is expected it is one, and as the value of a notebook's cell it is shown.

    >>> picture = Picture(Path("graph.svg"))
    >>> picture.path.suffix, os.fspath(picture)
    ('.svg', 'graph.svg')
    """

    def __init__(self, path: Path):
        self.path = path

    def __fspath__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return f"<picture in {self.path}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """What a notebook shows: the picture, as long as the file is there."""
        from rung.picture.notebook import page_frame

        bundle = {"text/plain": repr(self)}
        ending = self.path.suffix.lower()
        try:
            content = self.path.read_bytes()
        except OSError:
            return bundle
        if ending == ".svg":
            bundle["image/svg+xml"] = content.decode()
        elif ending == ".png":
            bundle["image/png"] = base64.b64encode(content).decode()
        elif ending == ".html":
            bundle["text/html"] = page_frame(content.decode())
        return bundle
