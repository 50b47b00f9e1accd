"""Which steps can share the loops of one kernel, and where in memory each of them reads and writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rung.compiling.formulas import Step
from rung.compiling.program import Program, Ref

LARGEST = 400  # steps in a group
WORK: Any = 100_000  # of finding out whether arrays overlap


@dataclass(frozen=True)
class Spot:
    """Where the elements of an array are: in which storage, from where on, and how far apart along each axis."""

    storage: int
    start: int
    strides: tuple[int, ...]

    def moves(self, axes: tuple[int, ...]) -> bool:
        """Whether its elements differ along some of these axes."""
        return any(self.strides[axis] for axis in axes)


class Memory:
    """The storages of a program, as far as kernels can address them: as flat memory without gaps."""

    def __init__(self, program: Program):
        self.program = program
        self.outside = program.outside
        self.constants = set(program.constants)
        self.orders: dict[int, tuple[int, ...] | None] = {}
        self.literals: dict[int, Any] = {}

    def order(self, storage: int) -> tuple[int, ...] | None:
        """The order of axes in which the storage is flat; None if there is none."""
        if storage not in self.orders:
            array = self.program.values[storage].array
            axes = tuple(sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis])))
            is_flat = array.transpose(axes).flags.c_contiguous and array.dtype.isnative
            if array.flags.c_contiguous:
                axes = tuple(range(array.ndim))
            elif storage in self.outside:
                is_flat = False  # its order may be another one at the next call
            self.orders[storage] = axes if is_flat else None
        return self.orders[storage]

    def spot(self, array: Any, storage: int) -> Spot:
        """Where an array is, along its own axes."""
        base = self.program.values[storage].array
        start = (array.__array_interface__["data"][0] - base.__array_interface__["data"][0]) // base.itemsize
        strides = [s // base.itemsize if n > 1 else 0 for s, n in zip(array.strides, array.shape, strict=True)]
        return Spot(storage, start, tuple(strides))

    def literal(self, id: int) -> Any:
        """The one number that all elements of a constant are; None if they differ."""
        if id not in self.literals:
            array = self.program.values[id].array
            uniform = id in self.constants and array.size and bool((array == array.flat[0]).all())
            if uniform and array.dtype.kind == "f":
                uniform = bool((np.signbit(array) == np.signbit(array.flat[0])).all())
            self.literals[id] = array.flat[0].item() if uniform else None
        return self.literals[id]


@dataclass(eq=False)
class Group:
    """Steps over one shape. With `axes`, some of them reduce over these, and others work on what is left."""

    memory: Memory
    shape: tuple[int, ...]
    axes: tuple[int, ...] | None = None
    steps: list[Step] = field(default_factory=list)
    made: dict[Spot, Step] = field(default_factory=dict)  # by whom the elements there were computed last
    loads: dict[Spot, Any] = field(default_factory=dict)  # what is read from memory, and its array
    written: dict[int, list[Any]] = field(default_factory=dict)  # storages that are written to, and the arrays there
    adds_up: bool = False  # over leading axes, into memory
    after: set[Group] = field(default_factory=set)
    last: int = 0  # the instruction that joined last

    @property
    def read(self) -> set[int]:
        """The storages that it reads."""
        return {spot.storage for spot in self.loads}

    def operand(self, step: Step, x: Any) -> tuple[Spot, Any] | None:
        """Where an operand is, and its array; None for a number, or a constant that is one."""
        values = self.memory.program.values
        if not isinstance(x, Ref) or values[x.id].is_number or self.memory.literal(x.id) is not None:
            return None
        array = values[x.id].array
        return self.spot(array, values[x.id].storage, step.shape), array

    def spot(self, array: Any, storage: int, shape: tuple[int, ...]) -> Spot:
        """Where an array is for a step over `shape`, along the axes of the group."""
        array = np.broadcast_to(array, shape)
        if shape != self.shape and len(shape) < len(self.shape):
            array = np.expand_dims(array, self.axes or ())
        return self.memory.spot(np.broadcast_to(array, self.shape), storage)

    def level(self, step: Step) -> str:
        """Whether a step runs over all of the shape, or over what a reduction leaves of it; "" if neither."""
        if step.shape == self.shape:
            return "all"
        if self.axes is None:
            return ""
        kept = tuple(1 if i in self.axes else n for i, n in enumerate(self.shape))
        rest = tuple(n for i, n in enumerate(self.shape) if i not in self.axes)
        return "rest" if step.shape in (kept, rest) else ""

    def relation(self, step: Step) -> int:
        """2 if the step takes what a step here computes, 1 if it reads the same memory, else 0."""
        found = 0
        if not self.level(step):
            return 0
        for x in step.operands:
            placed = self.operand(step, x)
            if placed is not None and placed[0] in self.made:
                return 2
            if placed is not None and placed[0] in self.loads and all(placed[0].strides):
                found = 1
        if step.in_place and step.storage in self.written:
            return 2 if self.spot(step.target, step.storage, step.shape) in self.made else found
        return found

    def add(self, step: Step) -> bool:
        """Take a step in, if it fits."""
        if not self.level(step) or not self._reduces(step) or len(self.steps) >= LARGEST:
            return False
        loads = {}
        for x in step.operands:
            placed = self.operand(step, x)
            if placed is None or placed[0] in self.made:
                continue
            spot, array = placed
            if self._overlaps(self.written.get(spot.storage, ()), array):
                return False
            loads[spot] = array
        target = self.target(step)
        if step.in_place and not self._may_write(step, target, loads):
            return False
        if step.reduces and self.is_inner(step) and self.axes is None:
            self.axes = step.axes
            return self.add(step)
        self.loads.update(loads)
        self.written.setdefault(step.storage, []).append(step.target)
        if target is not None:
            self.made[target] = step
        self.adds_up |= target is None
        self.steps.append(step)
        self.last = max(self.last, step.at)
        return True

    def _reduces(self, step: Step) -> bool:
        """Whether a reduction goes with those that are here."""
        if not step.reduces:
            return True
        if not self.is_inner(step):
            return self.axes is None
        if self.adds_up or any(s.in_place for s in self.steps):
            return False
        return self.axes is None or self.axes == step.axes

    def is_inner(self, step: Step) -> bool:
        """Whether it reduces along the axis that is next to each other in memory: then each result is a loop."""
        long = [i for i, n in enumerate(self.shape) if n > 1]
        return not long or long[-1] in step.axes

    def target(self, step: Step) -> Spot | None:
        """Where the result of a step is; None for sums that are only there after the last loop."""
        if not step.reduces:
            return self.spot(step.target, step.storage, step.shape)
        if not self.is_inner(step):
            return None
        kept = step.target
        if kept.ndim < len(self.shape):
            kept = np.expand_dims(kept, step.axes)
        return self.memory.spot(np.broadcast_to(kept, self.shape), step.storage)

    def _may_write(self, step: Step, spot: Spot | None, loads: dict[Spot, Any]) -> bool:
        """Whether a write into memory that was there before meets nothing of the group, except at its own spot."""
        if self.axes is not None or spot is None or not _is_one_to_one(spot, self.shape):
            return False
        reads = {**self.loads, **loads}.items()
        others = [array for other, array in reads if other != spot and other.storage == step.storage]
        others += [s.target for s in self.steps if s.storage == step.storage and self.target(s) != spot]
        return not self._overlaps(others, step.target)

    def _overlaps(self, others: Any, array: Any) -> bool:
        try:
            return any(np.shares_memory(other, array, max_work=WORK) for other in others)
        except (np.exceptions.TooHardError, OverflowError):
            return True

    def made_last(self, storage: int) -> Step | None:
        """The step whose result is that storage, if it is there while the loops run."""
        return next((step for spot, step in self.made.items() if spot.storage == storage), None)

    def can_replace(self, new: int, state: int) -> bool:
        """Whether a result can be written over a state while the loops run: each element is only read at its own."""
        step = self.made_last(new)
        if step is None or step.in_place or state in self.written or self.level(step) != "all" or step.reduces:
            return False
        spot, values = self.target(step), self.memory.program.values
        old, new_array = values[state].array, values[new].array
        if old.shape != new_array.shape or old.dtype != new_array.dtype or old.strides != new_array.strides:
            return False
        reads = [other for other in self.loads if other.storage == state]
        alike = all((other.start, other.strides) == (spot.start, spot.strides) for other in reads if spot)
        return alike and (self.axes is None or not reads) and self.memory.order(state) is not None

    def merged(self, other: Group) -> Group | None:
        """One group of the steps of both, if there can be one."""
        if self.shape != other.shape or (self.axes and other.axes and self.axes != other.axes):
            return None
        both = Group(self.memory, self.shape, self.axes or other.axes)
        for step in sorted([*self.steps, *other.steps], key=lambda step: step.at):
            if not both.add(step):
                return None
        both.after = (self.after | other.after) - {self, other}
        return both


def _is_one_to_one(spot: Spot, shape: tuple[int, ...]) -> bool:
    return all(stride or n == 1 for stride, n in zip(spot.strides, shape, strict=True))
