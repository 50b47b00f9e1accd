"""The layers that were called, as a tree."""

from __future__ import annotations

from typing import Any
from weakref import ref

from rung.picture.scopes import LayerNames


class LayerRow:
    """A layer, at the place where it was called first; what is called anew under the same name there is the same.

    Attributes:
        name: what the layer around it calls it.
        kind: its class.
        path: what the outermost layer calls it; of that one, the name.
        calls: how many were made.
        parameters: how many numbers of its own it learns, and `parameter_bytes` their memory.
    """

    def __init__(self, name: str, kind: str, path: str):
        self.name = name
        self.kind = kind
        self.path = path
        self.calls = 0
        self.parameters = self.parameter_bytes = 0
        self.children: dict[tuple[str, str], LayerRow] = {}

    def count(self, layer: Any) -> None:
        """Count its own parameters: those that no layer inside has."""
        try:
            inside = {id(p) for path, child in layer.named_layers() if path for p in child.params()}
            own = [p for p in layer.params() if p.is_sized and id(p) not in inside]
        except Exception:  # parameters where they have no names: looking on must not fail
            own = []
        self.parameters = sum(p.size for p in own)
        self.parameter_bytes = sum(p.nbytes for p in own)


class LayerTree:
    """The rows of all layers, and which calls are under way."""

    def __init__(self) -> None:
        self.root = LayerRow("", "", "")
        self._names = LayerNames()
        self._open = [self.root]
        self._rows: dict[int, tuple[ref[Any], LayerRow]] = {}  # by the id of a layer, as long as it is the same

    @property
    def is_outside(self) -> bool:
        """Whether no layer is called now."""
        return len(self._open) == 1

    def enter(self, layer: Any) -> LayerRow:
        """A call begins: its row."""
        name, path = self._names.enter(layer)
        known = self._rows.get(id(layer))
        row = known[1] if known is not None and known[0]() is layer else self._new(layer, name, path)
        row.calls += 1
        self._open.append(row)
        return row

    def leave(self, layer: Any) -> None:
        """The call that began last ends."""
        self._names.leave()
        row = self._open.pop()
        if row.calls == 1:  # a size may be learnt in the first call
            row.count(layer)

    def _new(self, layer: Any, name: str, path: str) -> LayerRow:
        key = name, type(layer).__name__
        row = self._open[-1].children.setdefault(key, LayerRow(*key, path))
        self._rows[id(layer)] = ref(layer), row
        return row
