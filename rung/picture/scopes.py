"""Which call of which layer the program is in, and what the layers are called."""

from __future__ import annotations

from typing import Any
from weakref import ref

from rung.picture.graph import Scope
from rung.picture.sources import user_frame


class Scopes:
    """The calls of layers, as they begin and end."""

    def __init__(self, scopes: list[Scope]):
        self.scopes = scopes
        self.names = LayerNames()
        self._open: list[int] = []
        self._counts: dict[int, tuple[ref[Any], int]] = {}  # by the id of a layer, as long as it is the same

    @property
    def current(self) -> int | None:
        """The innermost scope that is open."""
        return self._open[-1] if self._open else None

    def enter(self, layer: Any) -> None:
        """A call of a layer begins."""
        name, path = self.names.of(layer)
        self.names.enter(layer)
        self.scopes.append(Scope(self.current, name, type(layer).__name__, path, self._count(layer)))
        self._open.append(len(self.scopes) - 1)

    def leave(self) -> None:
        """The call that began last ends."""
        self.names.leave()
        self._open.pop()

    def _count(self, layer: Any) -> int:
        known = self._counts.get(id(layer))
        count = known[1] + 1 if known is not None and known[0]() is layer else 0
        self._counts[id(layer)] = ref(layer), count
        return count


class LayerNames:
    """What the layers are called whose calls are under way."""

    def __init__(self) -> None:
        self._open: list[ref[Any]] = []
        self._paths: dict[int, tuple[ref[Any], dict[int, str]]] = {}  # what layers call those inside, by ids

    def of(self, layer: Any) -> tuple[str, str]:
        """What a layer that is about to be called is called by the one around it, and by the outermost one."""
        outermost = self._open[0]() if self._open else None
        around = self._open[-1]() if self._open else None
        path = "" if outermost is None else self._path(outermost, layer)
        name = path if around is outermost else self._path(around, layer)
        name = name or (name_outside(layer) if not self._open else type(layer).__name__.lower())
        return name, path or name

    def enter(self, layer: Any) -> None:
        """A call begins."""
        self._open.append(ref(layer))

    def leave(self) -> None:
        """The call that began last ends."""
        self._open.pop()

    def _path(self, owner: Any, layer: Any) -> str:
        """What a layer calls one that is inside; an empty text if it is not."""
        known = self._paths.get(id(owner))
        if known is None or known[0]() is not owner or id(layer) not in known[1]:
            known = self._paths[id(owner)] = ref(owner), _paths_in(owner)
        return known[1].get(id(layer), "")


def _paths_in(owner: Any) -> dict[int, str]:
    try:
        return {id(layer): path for path, layer in owner.named_layers() if path}
    except Exception:  # layers where they have no names, or names of the user's own: looking on must not fail
        return {}


def name_outside(layer: Any) -> str:
    """What the program calls a layer that no other one calls: a global name of its, or that of the class."""
    frame = user_frame()
    names = frame.f_globals if frame is not None else {}
    for name, value in list(names.items()):
        if value is layer and not name.startswith("_"):
            return name
    return type(layer).__name__.lower()
