"""Which value of a graph a variable, an array or a number is.

A variable is known by its place in the engine's graph, an array by itself; neither is kept alive for it.
"""

from __future__ import annotations

from typing import Any
from weakref import ref

import numpy as np

from rung.core.parameter import Buffer, Parameter
from rung.core.record import Constant, Record
from rung.core.variable import Variable
from rung.dtypes import NUMBERS
from rung.picture.graph import Value

# Of what a function was called on by mistake, there is no more to say than what it is.
_NOTHING_KNOWN: tuple[tuple[int, ...], str] = ((), "")


class Values:
    """The values of a graph, and the means to find them again."""

    def __init__(self, values: list[Value]):
        self.values = values
        self._places: dict[tuple[int, int], int] = {}  # by serial and index of a record
        self._records: dict[int, ref[Record]] = {}  # by place; for names that are given later
        self._arrays: dict[int, tuple[ref[Any], int]] = {}  # by id, as long as it is the same array

    def of(self, x: Any, scope: int | None = None) -> int:
        """The place of what a function was called on, which is made known if need be."""
        if isinstance(x, Variable):
            return self.of_record(x._record, scope, _kind(x))
        if isinstance(x, NUMBERS):
            return self._add(Value("number", repr(x), [], type(x).__name__, scope=scope))
        if isinstance(x, np.generic):
            return self._add(Value("number", str(x.item()), [], str(x.dtype), scope=scope))
        return self._of_array(x, scope)

    def of_record(self, record: Any, scope: int | None = None, kind: str = "") -> int:
        """The place of a variable, by its record."""
        if type(record) is Constant:
            return self.of(record.value, scope)
        place = self._places.get((record.serial, record.index))
        if place is None:
            kind = kind or ("leaf" if record.differentiable else "data")
            place = self._add(_value(kind, record, scope), record)
        elif record.name:  # which may have been given since
            self.values[place].name = str(record.name)
        return place

    def result(self, record: Record, maker: int, index: int, generation: int, scope: int | None) -> int:
        """A new value that a call made."""
        value = _value("result", record, scope)
        value.maker, value.output, value.generation = maker, index, generation
        return self._add(value, record)

    def knows(self, record: Any) -> bool:
        """Whether a variable is among the values."""
        return (record.serial, record.index) in self._places

    def take_names(self) -> None:
        """Names that were given in the meantime."""
        for place, known in self._records.items():
            record = known()
            if record is not None and record.name:
                self.values[place].name = str(record.name)

    def _add(self, value: Value, record: Record | None = None) -> int:
        place = len(self.values)
        self.values.append(value)
        if record is not None:
            self._places[record.serial, record.index] = place
            self._records[place] = ref(record)
        return place

    def _of_array(self, x: Any, scope: int | None) -> int:
        known = self._arrays.get(id(x))
        if known is not None and known[0]() is x:
            return known[1]
        shape, dtype = (x.shape, str(x.dtype)) if hasattr(x, "dtype") else _NOTHING_KNOWN
        place = self._add(Value("data", None, list(shape), dtype or type(x).__name__, scope=scope))
        if hasattr(x, "dtype"):
            self._arrays[id(x)] = ref(x), place
        return place


def _kind(x: Variable) -> str:
    if isinstance(x, Buffer):
        return "buffer"
    return "parameter" if isinstance(x, Parameter) else ""


def _value(kind: str, record: Record, scope: int | None) -> Value:
    shape = [int(size) for size in record.shape]
    name = None if record.name is None else str(record.name)  # a name is whatever the program has set
    return Value(kind, name, shape, str(record.dtype), differentiable=record.differentiable, scope=scope)
