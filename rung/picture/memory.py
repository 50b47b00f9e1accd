"""What takes memory while a program runs: when an array comes, when the program lets go of it, and when it is gone.

Arrays are watched by weak references, so that watching keeps none alive. Views count with the array that owns the
memory, once.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from weakref import ref

from rung.picture.graph import Memory


class Block:
    """A piece of memory that arrays share."""

    __slots__ = ("bytes", "handles", "kind", "owner", "value")

    def __init__(self, kind: str, value: int, size: int):
        self.kind = kind
        self.value = value  # of the first array that was seen in it
        self.bytes = size
        self.owner: Any = None  # a weak reference to the array that owns the memory
        self.handles: set[Any] = set()  # weak references to the Variables of the program that hold arrays in it


class MemoryLog:
    """Writes down the changes, event by event."""

    def __init__(self, memory: Memory):
        self.memory = memory
        self._event = 0
        self._changes: dict[tuple[str, int], int] = {}  # since the event began
        self._blocks: dict[int, Block] = {}  # by the id of the owner, as long as it lives
        self._handles: dict[int, Any] = {}  # by the id of a Variable: the reference to it

    def begin(self, event: int) -> None:
        """From here on, changes belong to this event."""
        self._write_down()
        self._event = event

    def close(self) -> None:
        """Look no longer."""
        self._write_down()
        self._blocks.clear()
        self._handles.clear()

    def see(self, array: Any, kind: str, value: int) -> None:
        """There is an array; it is new unless its memory is known."""
        owner = owner_of(array)
        block = self._blocks.get(id(owner))
        if block is None or block.owner() is not owner:
            block = self._blocks[id(owner)] = Block(kind, value, owner.size * owner.dtype.itemsize)
            block.owner = ref(owner, partial(self._gone, id(owner), block))
            self._change(block, block.bytes)

    def see_handle(self, variable: Any) -> None:
        """The program holds an array by a Variable."""
        known = self._handles.get(id(variable))
        block = self._blocks.get(id(owner_of(variable._data)))
        if block is None or (known is not None and known() is variable):
            return
        reference = ref(variable, partial(self._dropped, id(variable), block))
        self._handles[id(variable)] = reference
        block.handles.add(reference)
        if block.kind == "kept":
            self._turn(block, "data")

    def _gone(self, key: int, block: Block, _: Any) -> None:
        self._change(block, -block.bytes)
        if self._blocks.get(key) is block:
            del self._blocks[key]

    def _dropped(self, key: int, block: Block, reference: Any) -> None:
        block.handles.discard(reference)
        if self._handles.get(key) is reference:
            del self._handles[key]
        if not block.handles and block.kind == "data":
            self._turn(block, "kept")

    def _turn(self, block: Block, kind: str) -> None:
        self._change(block, -block.bytes)
        block.kind = kind
        self._change(block, block.bytes)

    def _change(self, block: Block, size: int) -> None:
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


def owner_of(array: Any) -> Any:
    """The array that owns the memory which an array looks into."""
    while getattr(array, "base", None) is not None and hasattr(array.base, "dtype"):
        array = array.base
    return array
