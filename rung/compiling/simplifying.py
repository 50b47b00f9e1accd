"""What need not be done at each replay: what nobody reads, and what never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from rung.compiling.program import Instruction, Program, Ref, map_arguments


def simplified(program: Program) -> list[Instruction]:
    """The instructions that are left; what was computed from constants alone has become a constant."""
    return _varying(program, live(program))


def is_of_numbers(program: Program, instruction: Instruction) -> bool:
    """Whether an instruction computes with Python numbers alone."""
    return bool(instruction.outputs) and all(i >= 0 and program.values[i].is_number for i in instruction.outputs)


def live(program: Program) -> list[Instruction]:
    """The instructions that something depends on."""
    needed = {ref.id for ref in program.results if isinstance(ref, Ref)}
    needed |= {ref.id for _, ref in program.stores if isinstance(ref, Ref)}
    needed |= {id for id, _ in program.guards}
    storages = set(map(program.storage, [*needed, *program.states, *program.inputs]))
    found = []
    for instruction in reversed(program.instructions):
        if instruction.lasting or not needed.isdisjoint(instruction.outputs) or storages & set(instruction.writes):
            found.append(instruction)
            needed.update(instruction.refs())
            storages.update(map(program.storage, instruction.refs()))
    return found[::-1]


def _varying(program: Program, instructions: list[Instruction]) -> list[Instruction]:
    """Leave out what has the same result at each replay, and is never written to."""
    written = {storage for instruction in instructions for storage in instruction.writes}
    written |= {program.storage(ref.id) for _, ref in program.stores if isinstance(ref, Ref)}
    fixed, left = set(program.constants), []
    for instruction in instructions:
        storages = {program.storage(id) for id in instruction.outputs if id >= 0}
        if fixed.issuperset(instruction.refs()) and not (
            instruction.lasting or instruction.writes or storages & written
        ):
            fixed.update(_computed(program, instruction))
        else:
            left.append(instruction)
    return left


def called(known: Mapping[int, Any], instruction: Instruction) -> tuple[Any, ...]:
    """What an instruction gives if it is run now, on these arrays."""
    args, options = map_arguments(lambda x: known[x.id] if isinstance(x, Ref) else x,
                                  (instruction.args, instruction.options))  # fmt: skip
    result = instruction.function(*args, **options)
    return tuple(result) if isinstance(result, (tuple, list)) else (result,)


def _computed(program: Program, instruction: Instruction) -> list[int]:
    """Run an instruction on constants, now: its array of the recording may have been written to later on."""
    known = {id: program.values[id].array for id in instruction.refs()}
    for id, part in zip(instruction.outputs, called(known, instruction), strict=True):
        if id >= 0:
            value = program.values[id]
            program.values[id] = replace(value, array=part if value.is_number else np.asarray(part))
            program.constants.append(id)
    return [id for id in instruction.outputs if id >= 0]
