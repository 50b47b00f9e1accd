"""The mutation guard: a write to a saved array between forward and backward is an error, not a wrong number.

Most writes are seen as they happen: the `.data` setter and Rung's own writers (optimizers) stamp the guard with
the clock of `next_serial`, and a node that is older than the stamp refuses. A write through an array that user
code took from `.data` cannot be seen, so a fingerprint of the saved array is taken as the handle leaves and
compared in backward. An array that nothing but its own handle holds (its reference count tells) cannot have been
saved, and costs nothing.

A record's `guard` is None (never saved), `SAVED` (saved, and nobody else ever got at it), or a `Guard`, which
views share with the variable that they look into.
"""

from __future__ import annotations

import sys
import zlib
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from rung.core.record import Record, next_serial
from rung.cuda import get_array_module
from rung.errors import MutationError

SAVED: Any = "saved"


def fingerprint(array: Any) -> int:
    """A checksum of an array's bytes: CRC-32 on the CPU, sums of words and of weighed words on a device."""
    if isinstance(array, np.ndarray):
        return zlib.crc32(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    if not hasattr(array, "__cuda_array_interface__"):
        return 0  # an array library without readable memory cannot be written to behind our back
    words = array.reshape(-1).view("uint8").astype("uint64")
    weights = words.copy()
    weights[:] = 0x9E3779B97F4A7C15
    return hash((int(words.sum()), int((words * weights.cumsum()).sum())))


class Guard:
    """Watches the arrays of one piece of memory that nodes have saved."""

    __slots__ = ("marks", "stamps", "unmarked", "watched")

    def __init__(self) -> None:
        self.watched: WeakValueDictionary[int, Any] = WeakValueDictionary()  # saved arrays by id
        self.unmarked: set[int] = set()  # ids of those that user code never got at
        self.marks: dict[int, int] = {}  # id -> fingerprint, of the others
        self.stamps: dict[int, int] = {}  # id -> when it was last seen to be written to

    def save(self, array: Any) -> None:
        """A node saves `array`: whatever happened to it so far is what that node computed with."""
        key = id(array)
        if key not in self.watched:
            self.forget(array)  # whatever is known of an array that is gone, whose id this one has got
            self.watched[key] = array
            self.unmarked.add(key)
        elif key in self.marks and (mark := fingerprint(array)) != self.marks[key]:
            self.marks[key] = mark
            self.stamps[key] = next_serial()  # older nodes saved something else

    def forget(self, array: Any) -> None:
        """Nobody can have saved this array any more."""
        key = id(array)
        self.watched.pop(key, None)
        self.unmarked.discard(key)
        self.marks.pop(key, None)
        self.stamps.pop(key, None)

    def expose(self) -> None:
        """User code gets at the memory: from here on the saved arrays may change unseen."""
        for key in self.unmarked:
            if (array := self.watched.get(key)) is not None:
                self.marks[key] = fingerprint(array)
        self.unmarked.clear()
        if len(self.marks) > 2 * len(self.watched) + 8:
            self.marks = {key: mark for key, mark in self.marks.items() if key in self.watched}
            self.stamps = {key: stamp for key, stamp in self.stamps.items() if key in self.watched}

    def written(self, array: Any) -> None:
        """`array` was written to: so was every saved one that shares memory with it."""
        now = next_serial()
        for key, saved in self.watched.items():
            if may_share_memory(saved, array):
                self.stamps[key] = now

    def changed(self, array: Any, since: int) -> bool:
        """Whether `array` was written to after the moment `since`."""
        key = id(array)
        if self.stamps.get(key, 0) > since:
            return True
        return key in self.marks and fingerprint(array) != self.marks[key]


def may_share_memory(a: Any, b: Any) -> bool:
    """Whether two arrays may look into the same memory."""
    return type(a) is type(b) and bool(get_array_module(a).may_share_memory(a, b))


class _Slot:
    """Stands for a Variable to measure what `sys.getrefcount` says of an array that only its handle holds."""

    __slots__ = ("_data",)

    _data: Any

    def references(self) -> int:
        return sys.getrefcount(self._data)


_slot = _Slot()
_slot._data = object()
ALONE = _slot.references()


def _full_guard(record: Any, array: Any) -> Guard:
    """The record's guard, grown from None or SAVED if need be; `array` is the record's own."""
    guard = record.guard
    if guard is None or guard is SAVED:
        grown = record.guard = Guard()
        if guard is SAVED:
            grown.save(array)
        return grown
    return guard  # type: ignore[no-any-return]


def note_saved(record: Record, array: Any, debug: bool = False) -> None:
    """A node saves the record's array."""
    if debug:
        guard = _full_guard(record, array)
        guard.save(array)
        guard.expose()
    elif record.guard is None:
        record.guard = SAVED
    elif record.guard is not SAVED:
        record.guard.save(array)


def note_exposed(variable: Any) -> None:
    """User code is about to be handed the array of a variable that has a guard."""
    guard = variable._record.guard
    if sys.getrefcount(variable._data) > ALONE:
        _full_guard(variable._record, variable._data).expose()
    elif guard is SAVED:
        variable._record.guard = None
    else:
        guard.forget(variable._data)
        guard.expose()


def note_written(variable: Any) -> None:
    """The variable's array has just been written to in place."""
    record = variable._record
    if record.guard is SAVED and sys.getrefcount(variable._data) <= ALONE:
        record.guard = None
    elif record.guard is not None:
        _full_guard(record, variable._data).written(variable._data)


def share_guard(record: Any, array: Any, view: Record) -> None:
    """`view` looks into the memory of `record`, so a write to one is a write to both."""
    view.guard = _full_guard(record, array)


def verify(node: Any, name: str, record: Any, array: Any) -> None:
    """Refuse to differentiate with an array that was written to after the node saved it."""
    if record.guard is not None and record.guard.changed(array, node.serial):
        who = f"{name} ({record.name})" if record.name else name
        raise MutationError(
            f"{node.op.name}: its derivative needs {who}, a {record.dtype} array of shape {record.shape}, but the "
            "array was written to after the op ran; call backward() before writing, or compute with a copy"
        )
