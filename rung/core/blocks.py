"""Pieces of memory, each watched from the first array that is seen in it until it is gone.

They are watched by weak references, so that watching keeps none alive. Views count with the array that owns the
memory, once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import ref


class Block(ref):  # type: ignore[type-arg]
    """A piece of memory that arrays share: a weak reference to the array that owns it."""

    __slots__ = ("bytes", "key")
    bytes: int
    key: int
    __hash__ = object.__hash__  # that of a reference would be the array's, which has none
    __eq__ = object.__eq__


B = TypeVar("B", bound=Block)


class Blocks(Generic[B]):
    """The pieces of memory that are alive.

    Args:
        kind: the class of a block, to which its user may add attributes.
        gone: is told of a block when its memory is gone.
    """

    def __init__(self, kind: type[B], gone: Callable[[B], None]):
        self._kind = kind
        self._told = gone
        self._alive: dict[int, B] = {}  # by the id of the owner

    def of(self, array: Any) -> B | None:
        """The block that an array lies in, if it was seen."""
        owner = owner_of(array)
        block = self._alive.get(id(owner))
        return block if block is not None and block() is owner else None

    def new(self, array: Any) -> B | None:
        """The block of an array whose memory was not seen before; None if it was."""
        owner = owner_of(array)
        block = self._alive.get(id(owner))
        if block is not None and block() is owner:
            return None
        block = self._alive[id(owner)] = self._kind(owner, self._gone)  # type: ignore[arg-type]
        block.key, block.bytes = id(owner), owner.size * owner.dtype.itemsize
        return block

    def alive(self) -> list[B]:
        """Every block."""
        return list(self._alive.values())

    def close(self) -> None:
        """Look no longer, and let go of who is told."""
        self._alive.clear()
        self._told = lambda _: None

    def _gone(self, block: B) -> None:
        if self._alive.get(block.key) is block:
            del self._alive[block.key]
        self._told(block)


def owner_of(array: Any) -> Any:
    """The array that owns the memory which an array looks into."""
    while getattr(array, "base", None) is not None and hasattr(array.base, "dtype"):
        array = array.base
    return array
