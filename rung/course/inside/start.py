"""The first file of the process of a check; it is run by its path: ``python -P -B start.py MODE``.

Rung's own ``__init__`` is not run here. An empty package stands in its place, so that what is borrowed from Rung
instead of written fails, and a check starts quickly.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

COURSE = Path(__file__).resolve().parent.parent
OPEN = ("rung.course.testing", "rung.course.inside")  # all of Rung that there is in a check


class Hollow(ModuleType):
    """A package of Rung in which nothing is but what `OPEN` names."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(
            f"{self.__name__}.{name} is not there in a check: the step is to be written, not borrowed"
        )


class Guard:
    """Refuses to import what is closed."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Stop the search for a module of Rung that is not open; say nothing of others."""
        if name.split(".")[0] == "rung" and not name.startswith(OPEN):
            raise ModuleNotFoundError(
                f"{name} is not there in a check: the step is to be written, not borrowed", name=name
            )
        return None


def hollow_out() -> None:
    """Put empty packages where Rung and its course would be, and the guard before all that finds modules."""
    for name, folder in (("rung", COURSE.parent), ("rung.course", COURSE)):
        package = Hollow(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    sys.modules["rung"].course = sys.modules["rung.course"]  # type: ignore[attr-defined]
    sys.meta_path.insert(0, Guard())


if __name__ == "__main__":
    hollow_out()
    sys.path[:] = [entry for entry in sys.path if entry and Path(entry).resolve() != COURSE / "inside"]
    from rung.course.inside import modes

    modes.main(sys.argv[1:])
