"""Where the arrays of a program are: how long each is needed, and whose memory it may take over."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

from rung.compiling.kernels import Kernel
from rung.compiling.program import Instruction, Method, Program, Ref

_REDUCERS = {"sum", "mean", "max", "min", "prod", "std", "var"}
_BLAS = ("float32", "float64")


class Plan:
    """The memory of some instructions, which replays share.

    Attributes:
        ending: the storages that nobody needs after an instruction, by its place.
        targets: values that are computed straight into the array of a state, and that state.
        fresh: the storages of results, which are the caller's own.
    """

    def __init__(self, program: Program, instructions: list[Instruction]):
        self.program, self.instructions = program, instructions
        self.fresh = {program.storage(ref.id) for ref in program.results if isinstance(ref, Ref)}
        self.ending: dict[int, list[int]] = defaultdict(list)
        for storage, at in self._last_uses().items():
            self.ending[at].append(storage)
        self.targets = self._targets()
        self.bytes = 0
        self._taken: dict[int, Any] = {}  # storage -> the block that it has
        self._free: dict[int, list[Any]] = defaultdict(list)  # size -> blocks

    # Who needs what --------------------------------------------------------------------------------------------

    def _ends(self) -> set[int]:
        """The storages that are looked at after the last instruction."""
        program = self.program
        stored = {program.storage(ref.id) for _, ref in program.stores if isinstance(ref, Ref)}
        return self.fresh | stored | set(map(program.storage, program.outside))

    def _last_uses(self) -> dict[int, int]:
        """The last instruction that reads or writes each storage."""
        last: dict[int, int] = {}
        for at, instruction in enumerate(self.instructions):
            for id in (*instruction.refs(), *[i for i in instruction.outputs if i >= 0]):
                last[self.program.storage(id)] = at
        last.update(dict.fromkeys(self._ends(), len(self.instructions)))
        return last

    def _targets(self) -> dict[int, int]:
        """States whose old array nobody reads later: what replaces it is computed in its place."""
        program, found = self.program, dict[int, int]()
        reads: dict[int, int] = {}
        for at, instruction in enumerate(self.instructions):
            for id in instruction.refs():
                reads[program.storage(id)] = at
        made = {id: at for at, instruction in enumerate(self.instructions) for id in instruction.outputs}
        looked_at = [*program.results, *[ref for _, ref in program.stores]]
        kept = {program.storage(x.id) for x in looked_at if isinstance(x, Ref)}
        for instruction in self.instructions:
            if isinstance(instruction.function, Kernel):
                found.update(instruction.function.aliases)
        for place, ref in program.stores:
            if ref is None or place.is_renewed or program.entries.get(place, -1) in {-1, *kept}:
                continue
            state = program.entries[place]
            when = made.get(ref.id)
            if when is None or program.values[state].array.shape != program.values[ref.id].array.shape:
                continue
            if reads.get(state, -1) <= when and _is_elementwise(self.instructions[when]):
                found[ref.id] = state
        return found

    # Memory ----------------------------------------------------------------------------------------------------

    def take(self, id: int) -> tuple[Any, Any]:
        """Memory for a value: as an array of one axis, and in the value's form."""
        value = self.program.values[id].array
        size = _rounded(value.nbytes)
        block = self._free[size].pop() if self._free[size] else self._new(size)
        self._taken[id] = (size, block)
        flat = block[: value.nbytes].view(value.dtype)
        return flat, like(flat, value)

    def _new(self, size: int) -> Any:
        self.bytes += size
        return np.empty(size, np.uint8)

    def release(self, at: int) -> list[int]:
        """Give back what nobody needs after an instruction; the storages that were not planned."""
        gone = []
        for id in self.ending.get(at, ()):
            if id in self._taken:
                size, block = self._taken.pop(id)
                self._free[size].append(block)
            else:
                gone.append(id)
        return gone


def _is_elementwise(instruction: Instruction) -> bool:
    return isinstance(instruction.function, np.ufunc) and instruction.function.signature is None


def _rounded(size: int) -> int:
    """A size that other arrays may have, too: a power of two, or whole pages."""
    return max(64, 1 << max(0, size - 1).bit_length()) if size < 4096 else -(-size // 4096) * 4096


def order_of(value: Any) -> list[int]:
    """The axes of an array from the one whose elements are the furthest apart."""
    if value.flags.c_contiguous:
        return list(range(value.ndim))
    return sorted(range(value.ndim), key=lambda axis: -abs(value.strides[axis]))


def like(flat: Any, value: Any) -> Any:
    """Memory as an array of the shape of another one, in its order of axes."""
    order = order_of(value)
    shaped = flat.reshape([value.shape[axis] for axis in order])
    return shaped.transpose(np.argsort(order)) if value.ndim else shaped.reshape(())


def maker_of(value: Any) -> Callable[[], Any]:
    """What makes new memory in the way of another array."""
    if value.flags.c_contiguous:
        return functools.partial(np.empty, value.shape, value.dtype)
    return lambda: like(np.empty(value.size, value.dtype), value)


def takes_out(instruction: Instruction) -> bool:
    """Whether it can be told where to put its result."""
    function = instruction.function
    if instruction.is_ufunc or getattr(function, "takes_out", False):
        return True
    return isinstance(function, Method) and function.name in _REDUCERS


def is_product_of_matrices(program: Program, instruction: Instruction) -> bool:
    """Whether `np.dot` does the same as `np.matmul`, with less ado."""
    if instruction.function is not np.matmul or instruction.options:
        return False
    arrays = [program.values[id].array for id in (*instruction.refs(), *instruction.outputs)]
    is_plain = all(x.ndim == 2 and x.dtype == arrays[0].dtype and x.dtype.name in _BLAS for x in arrays)
    return is_plain and bool(arrays[-1].flags.c_contiguous)
