"""Which instructions become kernels: steps gather in open groups, which are closed when others need their results.

An instruction that computes element by element may wait, since it depends on nothing but what it reads: so it waits
in a group until some other instruction reads what it makes, or writes to what it reads. Views are no work at all;
they are made where they are used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from rung.compiling.formulas import TYPES, Reader, Step
from rung.compiling.groups import Group, Memory
from rung.compiling.kernels import Kernel, compiled
from rung.compiling.program import Instruction, Program, Ref
from rung.compiling.writing import Writer
from rung.machine import has_numba

PATIENCE = 30  # instructions that an open group waits for the next that joins it


class Fuser:
    """Puts the instructions of a program in groups, and in an order in which the groups can run."""

    def __init__(self, program: Program):
        self.program = program
        self.memory = Memory(program)
        self.reader = Reader(program)
        self.open: list[Group] = []
        self.items: list[Group | Instruction] = []
        self.changed: dict[int, int] = {}  # storages -> the place of the last item that writes to them

    def run(self, instructions: list[Instruction]) -> list[Group | Instruction]:
        """Groups, and instructions that stay as they are; views are left out."""
        for at, instruction in enumerate(instructions):
            if is_view(self.program, instruction):
                continue
            step = self.reader.step(at, instruction)
            if step is not None and self._has_place(step):
                self._join(step)
            else:
                self._keep(instruction)
            for group in [group for group in self.open if group.last < at - PATIENCE]:
                self._close(group)
        for group in list(self.open):
            self._close(group)
        return self.items

    def _has_place(self, step: Step) -> bool:
        values = self.program.values
        places = [(step.target, step.storage)]
        for id in step.arrays:
            if not values[id].is_number:
                dtype = values[id].array.dtype
                if dtype != values[values[id].storage].array.dtype or dtype.name not in TYPES:
                    return False
                places.append((values[id].array, values[id].storage))
        return all(self.memory.order(storage) is not None for _, storage in places)

    # Instructions that stay ------------------------------------------------------------------------------------

    def _keep(self, instruction: Instruction) -> None:
        reads = set(map(self.program.storage, instruction.refs()))
        self._close_all(self._in_the_way(reads, set(instruction.writes)))
        self._append(instruction, {*instruction.writes, *[id for id in instruction.outputs if id >= 0]})

    def _append(self, item: Group | Instruction, written: set[int]) -> None:
        self.changed.update(dict.fromkeys(written, len(self.items)))
        self.items.append(item)

    def _in_the_way(self, reads: set[int], writes: set[int]) -> list[Group]:
        """The open groups that must run before something that reads and writes these storages."""
        found = []
        for group in self.open:
            written = group.written.keys()
            if not reads.isdisjoint(written) or not writes.isdisjoint(written) or not writes.isdisjoint(group.read):
                found.append(group)
        return found

    def _close_all(self, groups: Iterable[Group]) -> None:
        for group in groups:
            self._close(group)

    def _close(self, group: Group) -> None:
        if group not in self.open:
            return
        self.open.remove(group)
        self._close_all([other for other in self.open if other in group.after])
        self._append(group, set(group.written))

    # Steps -----------------------------------------------------------------------------------------------------

    def _join(self, step: Step) -> None:
        related = [(group.relation(step), group) for group in self.open]
        best = max((relation for relation, _ in related), default=0)
        candidates = [group for relation, group in reversed(related) if relation == best and best]
        for group in self._united(candidates):
            if self._take(group, step):
                return
        if best < 2 and any(self._take_late(place, step) for place in range(len(self.items) - 1, -1, -1)[:PATIENCE]):
            return
        group = Group(self.memory, step.shape)
        self.open.append(group)
        if not self._take(group, step):
            self.open.remove(group)
            self._keep(step.instruction)

    def _take(self, group: Group, step: Step) -> bool:
        reads = set(map(self.program.storage, step.arrays))
        writes = {step.storage} if step.in_place else set()
        others = [other for other in self._in_the_way(reads, writes) if other is not group]
        if any(self._leads(other, group) for other in others) or not group.add(step):
            return False
        group.after.update(others)
        return True

    def _take_late(self, place: int, step: Step) -> bool:
        """Let a step join a group that is closed already, if all that it reads was there."""
        group = self.items[place]
        if not isinstance(group, Group) or step.in_place or group.relation(step) < 2:
            return False
        storages = set(map(self.program.storage, step.arrays))
        latest = {storage: self.changed.get(storage, -1) for storage in storages}
        if any(at > place or (at == place and storage not in group.written) for storage, at in latest.items()):
            return False
        if any(not storages.isdisjoint(other.written) for other in self.open) or not group.add(step):
            return False
        self.changed[step.storage] = place
        return True

    def _leads(self, later: Group, earlier: Group) -> bool:
        """Whether one group has to run after another one."""
        return earlier in later.after or any(
            self._leads(group, earlier) for group in later.after if group in self.open
        )

    def _united(self, groups: list[Group]) -> list[Group]:
        """The groups, as many as possible of them as one."""
        if not groups:
            return []
        first, rest = groups[0], []
        for other in groups[1:]:
            both = None if self._is_between(first, other) else first.merged(other)
            if both is None:
                rest.append(other)
                continue
            self.open[self.open.index(other)] = both
            self.open.remove(first)
            for group in self.open:
                if group.after & {first, other}:
                    group.after = (group.after - {first, other}) | {both}
            both.after.discard(both)
            first = both
        return [first, *rest]

    def _is_between(self, one: Group, other: Group) -> bool:
        """Whether a third group has to run after one of two and before the other."""
        for early, late in ((one, other), (other, one)):
            if any(g is not early and g in self.open and self._leads(g, early) for g in late.after):
                return True
        return False


def is_view(program: Program, instruction: Instruction) -> bool:
    """Whether an instruction only looks at memory that is there."""
    made = [id for id in instruction.outputs if id >= 0]
    if not made or instruction.writes or instruction.lasting:
        return False
    return all(not program.values[id].is_number and program.storage(id) != id for id in made)


def with_views(program: Program, instructions: list[Instruction], kept: list[Instruction]) -> list[Instruction]:
    """The kept instructions, and between them the views that they take."""
    makers = {id: i for i in instructions if is_view(program, i) for id in i.outputs}
    done: set[int] = set()
    ordered: list[Instruction] = []

    def need(ids: Iterable[int]) -> None:
        for id in ids:
            if id in makers and id not in done:
                view = makers[id]
                done.update(view.outputs)
                need(view.refs())
                ordered.append(view)

    for instruction in kept:
        need(instruction.refs())
        ordered.append(instruction)
    need(ref.id for ref in program.results if isinstance(ref, Ref))
    need(ref.id for _, ref in program.stores if isinstance(ref, Ref))
    return ordered


def readers(program: Program, items: list[Group | Instruction]) -> dict[int, set[int]]:
    """For each storage, which of the items read it."""
    found: dict[int, set[int]] = defaultdict(set)
    for at, item in enumerate(items):
        read: Any = item.read if isinstance(item, Group) else map(program.storage, item.refs())
        for storage in read:
            found[storage].add(at)
    return found


# Kernels -----------------------------------------------------------------------------------------------------------


def fused(program: Program, instructions: list[Instruction]) -> list[Instruction]:
    """The instructions, with kernels in place of those that are worth it."""
    if not has_numba():
        return instructions
    items = Fuser(program).run(instructions)
    read = readers(program, items)
    kept: list[Instruction] = []
    for at, item in enumerate(items):
        if isinstance(item, Instruction):
            kept.append(item)
        elif is_worth_it(item):
            kept.append(_kernel(program, item, at, read))
        else:
            kept += [step.instruction for step in item.steps]
    return with_views(program, instructions, kept)


def is_worth_it(group: Group) -> bool:
    """Whether a kernel is faster than NumPy's calls."""
    return len(group.steps) > 1


def _kernel(program: Program, group: Group, at: int, read: dict[int, set[int]]) -> Instruction:
    ends = {program.storage(ref.id) for ref in program.results if isinstance(ref, Ref)}
    ends |= {program.storage(ref.id) for _, ref in program.stores if isinstance(ref, Ref)}
    fresh = [step.storage for step in group.steps if not step.in_place]
    needed = {storage for storage in fresh if read[storage] - {at} or storage in ends}
    aliases = _aliases(program, group, at, read)
    writer = Writer(group, needed, aliases)
    source, args = writer.written()
    name, function = compiled(source, writer.types, writer.is_parallel)
    outputs = [storage for storage in fresh if storage in writer.needed or group.made_last(storage) is None]
    writes = {step.storage for step in group.steps} - set(fresh)
    kernel = Kernel(name, source.replace("NAME", name), len(writer.arrays), frozenset(writes), aliases, function)
    return Instruction(kernel, tuple(args), {}, outputs, sorted(writes))


def _aliases(program: Program, group: Group, at: int, read: dict[int, set[int]]) -> dict[int, int]:
    """Results that can be written over the state that they replace: nobody reads its old elements later."""
    returned = {program.storage(ref.id) for ref in program.results if isinstance(ref, Ref)}
    ends = returned | {program.storage(ref.id) for _, ref in program.stores if isinstance(ref, Ref)}
    found: dict[int, int] = {}
    for place, ref in program.stores:
        state = program.entries.get(place)
        if ref is None or state is None or place.is_renewed or state in ends or state in found.values():
            continue
        if ref.id in found or program.storage(ref.id) in returned:
            continue
        if max(read.get(state, ()), default=-1) > at or not group.can_replace(ref.id, state):
            continue
        found[ref.id] = state
    return found
