"""A group of steps as one function in Python, with loops over flat memory.

In the source, `x0`, `x1`... are the arrays, `at0`... where in them the loops start, `n0`... numbers, `t0`... what the
steps compute for one element. The same source for other arrays is the same kernel, compiled once and kept on disk.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from rung.compiling.formulas import TYPES, Step
from rung.compiling.groups import Group, Spot
from rung.compiling.program import Ref

LETTERS = "ijklmnopqrs"
LONG = 8192  # elements; a longer row is kept in memory that is planned
SLOW = ("exp32", "log32", "tanh32", "sqrt", "/")  # formulas that are better kept than computed again
EXACT = 2048  # a sum of more elements is added up in float64
PARTS = 8  # of a loop that adds up over leading axes, each with sums of its own
PARALLEL = 2.0**16  # nanoseconds, roughly; a kernel that needs more is run by all threads


class Writer:
    """Writes the source of one group.

    Args:
        needed: the storages that others read.
        aliases: results that go into the memory of a state, and that state.
    """

    def __init__(self, group: Group, needed: set[int], aliases: dict[int, int]):
        self.group, self.needed, self.aliases = group, needed, aliases
        self.values = group.memory.program.values
        self.inner = group.axes or ()
        self.outer = tuple(i for i in range(len(group.shape)) if i not in self.inner)
        self.arrays: dict[int, str] = {}  # storages -> their names
        self.starts: dict[tuple[int, int], str] = {}
        self.numbers: dict[int, str] = {}
        self.sizes: list[int] = []
        self.names = {id(step): f"t{i}" for i, step in enumerate(group.steps)}
        self.stage: dict[int, int] = {}  # step -> in which of the passes over a row, or before which
        self.rows: dict[int, str] = {}  # steps whose row is kept -> its name
        self.made: dict[int, dict[Spot, Step]] = {}
        self.fresh = {step.storage for step in group.steps if not step.in_place}
        self.sources = self._sources()
        self._set_stages()
        self._keep_rows()

    # What takes what -------------------------------------------------------------------------------------------

    def _sources(self) -> dict[int, list[Any]]:
        """For every step its operands: a step, a spot in memory, a number's Ref or a plain number."""
        made: dict[Spot, Step] = {}
        found: dict[int, list[Any]] = {}
        for step in self.group.steps:
            operands: list[Any] = []
            for x in step.operands:
                placed = self.group.operand(step, x)
                if placed is None:
                    is_constant = isinstance(x, Ref) and not self.values[x.id].is_number
                    operands.append(self.group.memory.literal(x.id) if is_constant else x)
                else:
                    operands.append(made.get(placed[0], placed[0]))
            found[id(step)] = operands
            spot = self.group.target(step)
            if spot is not None:
                made[spot] = step
        self.final = made
        return found

    def is_whole(self, x: Any) -> bool:
        """Whether an operand has another value along the reduced axes."""
        if isinstance(x, Spot):
            return not self.inner or x.moves(self.inner)
        if isinstance(x, Step):
            return self.group.level(x) == "all" and not (x.reduces and self.group.is_inner(x))
        return False

    def _set_stages(self) -> None:
        for step in self.group.steps:
            stage = 0
            for x in self.sources[id(step)]:
                if isinstance(x, Step):
                    ended = x.reduces and self.group.is_inner(x)
                    stage = max(stage, self.stage[id(x)] + (1 if ended else 0))
            self.stage[id(step)] = stage

    def _uses(self, step: Step) -> list[int]:
        """In which passes over the row a step's elements are used."""
        users = [s for s in self.group.steps if any(x is step for x in self.sources[id(s)]) and self._runs_whole(s)]
        return [self.stage[id(s)] for s in users]

    def _runs_whole(self, step: Step) -> bool:
        return self.group.level(step) == "all"

    def _keep_rows(self) -> None:
        """Rows that a later pass takes, and that are dear to compute, are kept."""
        if not self.inner:
            return
        length = int(np.prod([self.group.shape[i] for i in self.inner]))
        for step in self.group.steps:
            if not self.is_whole(step) or step.reduces:
                continue
            if max(self._uses(step), default=0) > self.stage[id(step)] and not self._is_cheap(step):
                if length > LONG or len(_joined(self, self.inner)) > 1:
                    self.needed.add(step.storage)
                elif step.storage not in self.needed:
                    self.rows[id(step)] = f"row{len(self.rows)}"

    def _is_cheap(self, step: Step) -> bool:
        if any(word in step.formula for word in SLOW):
            return False
        inner = [x for x in self.sources[id(step)] if isinstance(x, Step) and self.is_whole(x)]
        return all(id(x) in self.rows or x.storage in self.needed or self._is_cheap(x) for x in inner)

    # Names -----------------------------------------------------------------------------------------------------

    def array(self, storage: int) -> str:
        storage = self.aliases.get(storage, storage)
        return self.arrays.setdefault(storage, f"x{len(self.arrays)}")

    def place(self, spot: Spot, loops: list[_Loop]) -> str:
        """An element in memory, as source."""
        parts = []
        if spot.start or not self._fills(spot):
            key = (self.aliases.get(spot.storage, spot.storage), spot.start)
            parts.append(self.starts.setdefault(key, f"at{len(self.starts)}"))
        for loop in loops:
            stride = spot.strides[loop.axes[-1]]
            if stride:
                parts.append(loop.name if stride == 1 else f"{stride} * {loop.name}")
        if not parts:
            return f"{self.array(spot.storage)}[0]"
        text = " + ".join(parts)
        return f"{self.array(spot.storage)}[{text if text in LETTERS else f'at({text})'}]"

    def _fills(self, spot: Spot) -> bool:
        """Whether the spot is all of its storage, so that it always starts at 0."""
        size = self.values[spot.storage].array.size
        return math.prod(n for n, s in zip(self.group.shape, spot.strides, strict=True) if s) == int(size)

    def constant(self, x: Any, kind: np.dtype[Any]) -> str:
        if isinstance(x, Ref):
            return f"{TYPES[kind.name]}({self.numbers.setdefault(x.id, f'n{len(self.numbers)}')})"
        x = x.item() if isinstance(x, np.generic) else x
        text = repr(kind.type(x).item())
        return f"{TYPES[kind.name]}({text})"

    # Source ----------------------------------------------------------------------------------------------------

    def written(self) -> tuple[str, list[Any]]:
        """The body of the function, and the arguments of the call."""
        self.lines: list[str] = []
        self.is_parallel = self._nanoseconds() > PARALLEL and bool(self._joined_outer())
        outer, inner = self._loops(self.outer, ""), self._loops(self.inner, "")
        outer, inner = _named(outer, inner)
        self.loops_outer, self.loops_inner = outer, inner
        depth = 0
        if self.is_parallel:
            self.is_parallel = outer[0].size >= (PARTS if self.group.adds_up else 2)
        self.is_parted = self.is_parallel and self.group.adds_up
        self._sums_start()
        if self.is_parted:
            self._line(0, f"for part in prange({PARTS}):")
            depth = 1
        for at, loop in enumerate(outer):
            kind = "prange" if at == 0 and self.is_parallel and not self.is_parted else "range"
            bound = self._bound(loop, outer, inner)
            if at == 0 and self.is_parted:
                bound = f"part * {bound} // {PARTS}, (part + 1) * {bound} // {PARTS}"
            self._line(depth, f"for {loop.name} in {kind}({bound}):")
            depth += 1
        if self.inner:
            self._row(depth)
        else:
            self._elements(depth)
        return self._assembled()

    def _bound(self, loop: _Loop, outer: list[_Loop], inner: list[_Loop]) -> str:
        if len(outer) + len(inner) == 1:
            self.sizes = [loop.size]
            return "size"
        return str(loop.size)

    def _joined_outer(self) -> list[tuple[int, ...]]:
        return _joined(self, self.outer)

    def _loops(self, axes: tuple[int, ...], _: str) -> list[_Loop]:
        return [_Loop(group, int(np.prod([self.group.shape[i] for i in group]))) for group in _joined(self, axes)]

    def _nanoseconds(self) -> float:
        """About how long one thread takes."""
        each = 0.3 * (len(self.group.loads) + len(self.group.written))
        for step in self.group.steps:
            if self._runs_whole(step):
                each += 1.0 if "32" in step.formula else 0.15
        return each * float(np.prod(self.group.shape))

    def _line(self, depth: int, text: str) -> None:
        self.lines.append("    " * (depth + 1) + text)

    def _operand(self, x: Any, kind: np.dtype[Any], known: dict[Any, str]) -> str:
        if isinstance(x, Step):
            return _cast(known[id(x)], x.dtype if not x.in_place else x.target.dtype, kind)
        if isinstance(x, Spot):
            return _cast(known[x], self.values[x.storage].array.dtype, kind)
        return self.constant(x, kind)

    def _formula(self, step: Step, known: dict[Any, str]) -> str:
        texts = [self._operand(x, kind, known) for x, kind in zip(self.sources[id(step)], step.kinds, strict=True)]
        if "{0}" in step.formula and any(not text.isidentifier() for text in texts):
            texts = [text if text.isidentifier() or "(" in text else f"({text})" for text in texts]
        text = step.formula.format(*texts)
        if step.formula.startswith("1 /"):
            text = f"{TYPES[step.kinds[0].name]}(1) / {texts[0]}"
        return _cast(text, step.dtype, step.target.dtype) if step.in_place else text

    def _load(self, depth: int, step: Step, known: dict[Any, str], loops: list[_Loop]) -> None:
        for x in self.sources[id(step)]:
            if isinstance(x, Spot) and x not in known:
                known[x] = f"a{self.loaded}"
                self.loaded += 1
                self._line(depth, f"{known[x]} = {self.place(x, loops)}")

    # One loop over all elements --------------------------------------------------------------------------------

    def _elements(self, depth: int) -> None:
        self.loaded = 0
        known: dict[Any, str] = {}
        for step in self.group.steps:
            self._load(depth, step, known, self.loops_outer)
            name = known[id(step)] = self.names[id(step)]
            if step.reduces:
                place = self._total(step)
                text = self._formula(step, known)
                self._line(depth, f"{place} = {self._added(step, place, text)}")
                continue
            self._line(depth, f"{name} = {self._formula(step, known)}")
        for spot, step in self.final.items():
            if step.storage in self.needed or step.storage not in self.fresh:
                self._line(depth, f"{self.place(spot, self.loops_outer)} = {self.names[id(step)]}")
        self._sums_end()

    def _total(self, step: Step) -> str:
        """The element of the sums that one element is added to."""
        place = self.place(self._sum_spot(step), self.loops_outer)
        if not self.is_parted:
            return place
        index = place.partition("[")[2][:-1].removeprefix("at(").removesuffix(")")
        return f"parts_{self.array(step.storage)}[at({step.target.size} * part + {index})]"

    def _sums_start(self) -> None:
        for step in self.group.steps:
            if step.reduces and not self.inner:
                first = {"max": "-inf", "min": "inf"}.get(step.reduces, "0")
                name, size = self.array(step.storage), step.target.size
                if self.is_parted:
                    name, size = f"parts_{name}", PARTS * size
                    self._line(0, f"{name} = empty({size}, {TYPES[step.dtype.name]})")
                self._line(0, f"for i in range({size}):")
                self._line(1, f"{name}[i] = {first}")

    def _sums_end(self) -> None:
        """The sums of the parts together, and means from sums."""
        for step in self.group.steps:
            if not step.reduces or not (self.is_parted or step.reduces == "mean"):
                continue
            name, size = self.array(step.storage), step.target.size
            self._line(0, f"for i in range({size}):")
            if self.is_parted:
                self._line(1, f"total = parts_{name}[i]")
                self._line(1, f"for part in range(1, {PARTS}):")
                self._line(2, f"total = {self._added(step, 'total', f'parts_{name}[{size} * part + i]')}")
            else:
                self._line(1, f"total = {name}[i]")
            if step.reduces == "mean":
                count = int(np.prod([self.group.shape[i] for i in step.axes]))
                self._line(1, f"total = total / {TYPES[step.dtype.name]}({count})")
            self._line(1, f"{name}[i] = total")

    def _added(self, step: Step, total: str, text: str) -> str:
        if step.reduces in ("sum", "mean"):
            return f"{total} + {text}"
        return f"{_EXTREME[step.reduces]}({total}, {text})"

    def _sum_spot(self, step: Step) -> Spot:
        kept = step.target
        if kept.ndim < len(self.group.shape):
            kept = np.expand_dims(kept, step.axes)
        return self.group.memory.spot(np.broadcast_to(kept, self.group.shape), step.storage)

    # Rows ------------------------------------------------------------------------------------------------------

    def _row(self, depth: int) -> None:
        """Passes over one row, and between them what is computed for the row as a whole."""
        group = self.group
        self.loaded = 0
        known: dict[Any, str] = {}
        for step in group.steps:
            if id(step) in self.rows:
                length = int(np.prod([group.shape[i] for i in self.inner]))
                self._line(depth, f"{self.rows[id(step)]} = empty({length}, {TYPES[step.target.dtype.name]})")
        for stage in range(max(self.stage.values()) + 1):
            steps = [step for step in group.steps if self.stage[id(step)] == stage]
            for step in steps:
                for x in self.sources[id(step)]:
                    if isinstance(x, Spot) and not self.is_whole(x):
                        self._load_row(depth, x, known)
            for step in steps:
                if not self._runs_whole(step):
                    name = known[id(step)] = self.names[id(step)]
                    self._line(depth, f"{name} = {self._formula(step, known)}")
                    self._store(depth, step, self.loops_outer)
            self._pass(depth, [step for step in steps if self._runs_whole(step)], known, stage)

    def _load_row(self, depth: int, spot: Spot, known: dict[Any, str]) -> None:
        if spot not in known:
            known[spot] = f"a{self.loaded}"
            self.loaded += 1
            self._line(depth, f"{known[spot]} = {self.place(spot, self.loops_outer)}")

    def _store(self, depth: int, step: Step, loops: list[_Loop]) -> None:
        spot = self.group.target(step)
        if step.storage in self.needed and spot is not None:
            self._line(depth, f"{self.place(spot, loops)} = {self.names[id(step)]}")

    def _pass(self, depth: int, steps: list[Step], known: dict[Any, str], stage: int) -> None:
        if not steps:
            return
        sums = [step for step in steps if step.reduces]
        for step in sums:
            kind = TYPES[self._sum_type(step).name]
            first = {"max": "-inf", "min": "inf"}.get(step.reduces, "0")
            self._line(depth, f"{self.names[id(step)]} = {kind}({first})")
        inside = dict(known)
        deeper = depth
        for loop in self.loops_inner:
            only = len(self.loops_inner) + len(self.loops_outer) == 1
            if only:
                self.sizes = [loop.size]
            self._line(deeper, f"for {loop.name} in range({'size' if only else loop.size}):")
            deeper += 1
        for step in steps:
            self._whole(deeper, step, inside, stage)
        for step in sums:
            self._end(depth, step)
            known[id(step)] = self.names[id(step)]
            self._store(depth, step, self.loops_outer)

    def _sum_type(self, step: Step) -> np.dtype[Any]:
        long = int(np.prod([self.group.shape[i] for i in step.axes])) > EXACT
        return np.dtype("float64") if long and step.reduces in ("sum", "mean") else step.dtype

    def _end(self, depth: int, step: Step) -> None:
        name, kind = self.names[id(step)], TYPES[step.dtype.name]
        if step.reduces == "mean":
            count = int(np.prod([self.group.shape[i] for i in step.axes]))
            self._line(depth, f"{name} = {kind}({name} / {TYPES[self._sum_type(step).name]}({count}))")
        elif self._sum_type(step) != step.dtype:
            self._line(depth, f"{name} = {kind}({name})")

    def _whole(self, depth: int, step: Step, known: dict[Any, str], stage: int) -> None:
        """A step for each element of the row, and before it what it takes from passes that are over."""
        loops = self.loops_outer + self.loops_inner
        for x in self.sources[id(step)]:
            if isinstance(x, Step) and self.is_whole(x) and id(x) not in known:
                self._again(depth, x, known, stage)
        self._load(depth, step, known, loops)
        text, name = self._formula(step, known), self.names[id(step)]
        if step.reduces:
            kind = self._sum_type(step)
            text = _cast(text, step.kinds[0] if step.kinds else step.dtype, kind)
            adder = {"max": "maximum", "min": "minimum"}.get(step.reduces, "plus")
            self._line(depth, f"{name} = {adder}({name}, {text})")
            return
        known[id(step)] = name
        self._line(depth, f"{name} = {text}")
        if id(step) in self.rows:
            self._line(depth, f"{self.rows[id(step)]}[{self._inner_index()}] = {name}")
        self._store(depth, step, loops)

    def _inner_index(self) -> str:
        return self.loops_inner[0].name if self.loops_inner else "0"

    def _again(self, depth: int, step: Step, known: dict[Any, str], stage: int) -> None:
        name = known[id(step)] = self.names[id(step)]
        if id(step) in self.rows:
            self._line(depth, f"{name} = {self.rows[id(step)]}[{self._inner_index()}]")
        elif step.storage in self.needed:
            spot = self.group.target(step)
            assert spot is not None
            self._line(depth, f"{name} = {self.place(spot, self.loops_outer + self.loops_inner)}")
        else:
            del known[id(step)]
            for x in self.sources[id(step)]:
                if isinstance(x, Step) and self.is_whole(x) and id(x) not in known:
                    self._again(depth, x, known, stage)
            self._load(depth, step, known, self.loops_outer + self.loops_inner)
            known[id(step)] = name
            self._line(depth, f"{name} = {self._formula(step, known)}")

    # Together --------------------------------------------------------------------------------------------------

    def _assembled(self) -> tuple[str, list[Any]]:
        sizes = ["size"] if self.sizes else []
        names = [*self.arrays.values(), *self.starts.values(), *sizes, *self.numbers.values()]
        args = [*map(Ref, self.arrays), *[start for _, start in self.starts], *self.sizes, *map(Ref, self.numbers)]
        self.types = (
            *[f"{TYPES[self.values[storage].array.dtype.name]}[::1]" for storage in self.arrays],
            *["int64"] * (len(self.starts) + len(self.sizes)),
            *["float64"] * len(self.numbers),
        )
        return f"def NAME({', '.join(names)}):\n" + "\n".join(self.lines) + "\n", args


@dataclass
class _Loop:
    axes: tuple[int, ...]
    size: int
    name: str = ""


_EXTREME = {"max": "maximum", "min": "minimum"}


def _named(outer: list[_Loop], inner: list[_Loop]) -> tuple[list[_Loop], list[_Loop]]:
    for letter, loop in zip(LETTERS, [*outer, *inner], strict=False):
        loop.name = letter
    return outer, inner


def _joined(writer: Writer, axes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Axes in groups that one loop can run over, for it finds every array's elements at one distance."""
    group = writer.group
    spots = {*group.loads, *group.made}
    spots |= {writer._sum_spot(s) for s in group.steps if s.reduces and not group.is_inner(s)}
    long = [axis for axis in axes if group.shape[axis] > 1]
    if not writer.inner and not group.adds_up:
        main = next(iter(group.made))
        long.sort(key=lambda axis: -abs(main.strides[axis]))
    found = [[axis] for axis in long[:1]]
    for one, other in pairwise(long):
        if all(spot.strides[one] == spot.strides[other] * group.shape[other] for spot in spots):
            found[-1].append(other)
        else:
            found.append([other])
    return [tuple(part) for part in found]


def _cast(text: str, old: np.dtype[Any], new: np.dtype[Any]) -> str:
    if old == new:
        return text
    return f"({text}) != 0" if new.kind == "b" else f"{TYPES[new.name]}({text})"
