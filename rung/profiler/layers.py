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


class LayerTree:
    """The rows of all layers, and which calls are under way."""

    def __init__(self) -> None:
        self.root = LayerRow("", "", "")
        self._names = LayerNames()
        self._open = [self.root]
        self._rows: dict[int, tuple[ref[Any], LayerRow]] = {}  # by the id of a layer, as long as it is the same
        self._new: list[ref[Any]] = []  # layers whose parameters are to be counted

    @property
    def is_outside(self) -> bool:
        """Whether no layer is called now."""
        return len(self._open) == 1

    def enter(self, layer: Any) -> LayerRow:
        """A call begins: its row."""
        row = self._row_of(layer) or self._add(layer, *self._names.of(layer))
        row.calls += 1
        self._names.enter(layer)
        self._open.append(row)
        return row

    def leave(self) -> None:
        """The call that began last ends."""
        self._names.leave()
        self._open.pop()
        if self.is_outside and self._new:  # all sizes are learnt
            self._count()

    def _row_of(self, layer: Any) -> LayerRow | None:
        known = self._rows.get(id(layer))
        return known[1] if known is not None and known[0]() is layer else None

    def _add(self, layer: Any, name: str, path: str) -> LayerRow:
        key = name, type(layer).__name__
        row = self._open[-1].children.setdefault(key, LayerRow(*key, path))
        self._rows[id(layer)] = ref(layer), row
        self._new.append(ref(layer))
        return row

    def _count(self) -> None:
        """Count the parameters of the layers that are new, with the innermost layer that was called and has them."""
        counted: set[int] = set()
        for reference in self._new:
            layer = reference()
            if layer is not None and id(layer) not in counted:
                counted.update(self._count_in(layer))
        self._new.clear()

    def _count_in(self, layer: Any) -> set[int]:
        try:
            inside = {path: each for path, each in layer.named_layers() if self._row_of(each)}
            parameters = [(path, p) for path, p in layer.named_params() if p.is_sized]
        except Exception:  # parts where they have no names: looking on must not fail
            return set()
        rows = {"": self._rows[id(layer)][1]} | {path: self._rows[id(each)][1] for path, each in inside.items()}
        for row in rows.values():
            row.parameters = row.parameter_bytes = 0
        for path, p in parameters:
            while path not in rows:
                path = path.rpartition(".")[0]
            rows[path].parameters += p.size
            rows[path].parameter_bytes += p.nbytes
        return set(map(id, inside.values()))
