"""What takes memory while a program runs: when an array comes, when the program drops it, and when it is gone."""

from __future__ import annotations

from functools import partial
from typing import Any
from weakref import ref

from rung.core.blocks import Block, Blocks
from rung.picture.graph import Memory


class Piece(Block):
    """A piece of memory, and how the program holds it."""

    __slots__ = ("handles", "kind", "value")
    kind: str
    value: int  # of the first array that was seen in it
    handles: set[Any]  # weak references to the Variables of the program that hold arrays in it


class MemoryLog:
    """Writes down the changes, event by event."""

    def __init__(self, memory: Memory):
        self.memory = memory
        self._event = 0
        self._changes: dict[tuple[str, int], int] = {}  # since the event began
        self._blocks = Blocks(Piece, self._gone)
        self._handles: dict[int, Any] = {}  # by the id of a Variable: the reference to it

    def begin(self, event: int) -> None:
        """From here on, changes belong to this event."""
        self._write_down()
        self._event = event

    def close(self) -> None:
        """Look no longer."""
        self._write_down()
        for block in self._blocks.alive():
            block.handles.clear()  # the references, whose callbacks know this block
        self._blocks.close()
        self._handles.clear()

    def see(self, array: Any, kind: str, value: int) -> None:
        """There is an array; it is new unless its memory is known."""
        if (block := self._blocks.new(array)) is not None:
            block.kind, block.value, block.handles = kind, value, set()
            self._change(block, block.bytes)

    def see_handle(self, variable: Any) -> None:
        """The program holds an array by a Variable."""
        known = self._handles.get(id(variable))
        block = self._blocks.of(variable._data)
        if block is None or (known is not None and known() is variable):
            return
        reference = ref(variable, partial(self._dropped, id(variable), block))
        self._handles[id(variable)] = reference
        block.handles.add(reference)
        if block.kind == "kept":
            self._turn(block, "data")

    def _gone(self, block: Piece) -> None:
        self._change(block, -block.bytes)
        block.handles.clear()

    def _dropped(self, key: int, block: Piece, reference: Any) -> None:
        block.handles.discard(reference)
        if self._handles.get(key) is reference:
            del self._handles[key]
        if not block.handles and block.kind == "data":
            self._turn(block, "kept")

    def _turn(self, block: Piece, kind: str) -> None:
        self._change(block, -block.bytes)
        block.kind = kind
        self._change(block, block.bytes)

    def _change(self, block: Piece, size: int) -> None:
        key = block.kind, block.value
        self._changes[key] = self._changes.get(key, 0) + size

    def _write_down(self) -> None:
        changes, self._changes = self._changes, {}  # an array may go while they are written down
        for (kind, value), size in changes.items():
            if size:
                self.memory.events.append(self._event)
                self.memory.kinds.append(kind)
                self.memory.values.append(value)
                self.memory.bytes.append(size)
