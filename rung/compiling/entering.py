"""How a replay begins: it reads the state, and finds out whether it is of the kind that was recorded.

An array that is the same one as at the last replay needs no more than that look: its shape was seen to be right, and
what the program makes of it without computing, views above all, is still there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from rung.compiling.program import Expected, Program


class Entry:
    """The first lines of a generated function: what it reads besides its arguments.

    Args:
        name: gives an object a name in the source.
    """

    def __init__(self, program: Program, name: Callable[[str, Any], str]):
        self.program, self.name = program, name
        self.homes = {id for place, id in program.entries.items() if not place.is_renewed}
        self.made: dict[int, list[str]] = defaultdict(list)  # what is made of a state's array when it is a new one
        self.kept: list[str] = []  # the names that outlive a replay

    def make(self, state: int, name: str, text: str) -> None:
        """Have something made of the array of a state, once for all replays that find the same array."""
        self.made[state].append(f"{name} = {text}")
        self.kept.append(name)

    def lines(self, contiguous: set[int]) -> list[str]:
        """The source.

        Args:
            contiguous: the arrays that must lie together.
        """
        found, seen = [], set[int]()
        for expected in self.program.expected:
            id = self.program.entries.get(expected.place)
            found += _unless(expected.place.condition(self.name))
            if id in seen:
                found += _unless(f"{expected.place.source(self.name)} is v{id}")
            elif id in self.homes:
                found += self._kept_lines(id, expected, id in contiguous)
            elif id is None or not expected.is_read:
                found += _unless(expected.source(expected.place.source(self.name), self.name))
            else:
                found += [f"v{id} = {expected.place.source(self.name)}"]
                found += _unless(expected.source(f"v{id}", self.name))
                found += _unless(f"v{id}.flags.c_contiguous" if id in contiguous else "")
            if id is not None:
                seen.add(id)
        for setup in self.program.setups:
            found += _unless(setup.source(self.name))
        kept = [*self.kept, *[f"v{id}" for id in self.homes]]
        return [f"global {', '.join(kept)}", *found] if kept else found

    def _kept_lines(self, id: int, expected: Expected, must_lie_together: bool) -> list[str]:
        condition = expected.source("new", self.name)
        if must_lie_together:
            condition += " and new.flags.c_contiguous"
        if self.made[id]:  # in another layout, what is a view might be a copy
            condition += f" and new.strides == {self.program.values[id].array.strides}"
        made = [f"v{id} = new", *self.made[id]]
        return [
            f"new = {expected.place.source(self.name)}",
            f"if new is not v{id}:",
            *[f"    {line}" for line in (*_unless(condition), *made)],
        ]


def _unless(condition: str) -> list[str]:
    """What ends a replay before it has begun."""
    return [f"if not ({condition}): return None"] if condition else []
