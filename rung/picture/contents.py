"""What the arrays of values hold, from the first look on, and whether they were written to since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import ref

from rung.core.guard import fingerprint
from rung.core.variable import Variable
from rung.picture.arrays import describe_array
from rung.picture.graph import Value

LEARNT = ("parameter", "leaf")


class Contents:
    """Describes arrays; those that no call made are looked at again whenever they are used."""

    def __init__(self, values: list[Value]):
        self.values = values
        self._fingerprints: dict[int, int] = {}
        self._variables: dict[int, ref[Variable]] = {}  # leaves, by their values

    def look(self, value: int, array: Any, event: int, holder: Any = None) -> None:
        """Note what a value holds after an event, unless that is known.

        Args:
            holder: what has the array; that of a leaf is remembered, weakly.
        """
        known = self.values[value]
        if known.maker is not None and known.arrays:
            return
        if known.maker is None:
            mark = fingerprint(array)
            if known.arrays and self._fingerprints.get(value) == mark:
                return
            self._fingerprints[value] = mark
            if isinstance(holder, Variable):
                self._variables[value] = ref(holder)
        known.arrays.append((event, describe_array(array)))

    def is_rewritten(self, value: int, array: Any) -> bool:
        """Whether a leaf or parameter holds other numbers than at the last look."""
        if self.values[value].kind not in LEARNT or value not in self._fingerprints:
            return False
        return fingerprint(array) != self._fingerprints[value]

    def rewritten(self) -> Iterator[tuple[int, Variable]]:
        """The leaves and parameters that are still there and hold other numbers than at the last look."""
        for value, known in self._variables.items():
            variable = known()
            if variable is not None and self.is_rewritten(value, variable._data):
                yield value, variable
