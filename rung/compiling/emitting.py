"""A program as Python: dead instructions dropped, memory planned, every array written where it will be needed."""

from __future__ import annotations

import functools
import math
import operator
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.compiling.fusing import fused
from rung.compiling.kernels import Kernel
from rung.compiling.program import Instruction, Method, Program, Ref
from rung.compiling.simplifying import is_of_numbers, simplified
from rung.compiling.taking import take_along_axis

_REDUCERS = {"sum", "mean", "max", "min", "prod", "std", "var"}
_PLAIN = (int, bool, str, type(None), type(Ellipsis))


@dataclass
class Emitted:
    """The generated function, and its source to read."""

    source: str
    run: Callable[..., Any]
    bytes: int  # of the memory that replays share


class Emitter:
    """Writes the source of one program."""

    def __init__(self, program: Program):
        self.program = program
        self.names: dict[str, Any] = {}  # what the source refers to
        self.named: dict[int, str] = {}  # the names of what is shared, by id
        self.lines: list[str] = []
        self.bytes = 0
        self.live = simplified(program)
        self.first = [at for at in self.live if is_of_numbers(program, at)]
        self.live = [at for at in self.live if not is_of_numbers(program, at)]
        self.live = fused(program, self.live)
        self.flat: dict[int, str] = {}  # storages, as arrays of one axis, by the names that the source has for them
        self.kernels: dict[str, Kernel] = {}
        self.contiguous: set[int] = set()  # the arrays from outside that kernels write to
        self.last = self._last_uses()
        self.taken: dict[int, Any] = {}  # storage -> the block that it has
        self.free: dict[int, list[Any]] = defaultdict(list)  # size -> blocks
        self.targets = self._targets()

    # Who needs what --------------------------------------------------------------------------------------------

    def _ends(self) -> set[int]:
        """The storages that are looked at after the last instruction."""
        program = self.program
        ends = {program.storage(ref.id) for ref in program.results if isinstance(ref, Ref)}
        ends |= {program.storage(ref.id) for _, ref in program.stores if isinstance(ref, Ref)}
        return ends | set(map(program.storage, [*program.states, *program.inputs, *program.constants]))

    def _last_uses(self) -> dict[int, int]:
        """The last instruction that reads or writes each storage."""
        last: dict[int, int] = {}
        for at, instruction in enumerate(self.live):
            for id in (*instruction.refs(), *[i for i in instruction.outputs if i >= 0]):
                last[self.program.storage(id)] = at
        last.update(dict.fromkeys(self._ends(), len(self.live)))
        return last

    def _targets(self) -> dict[int, str]:
        """Values that are computed straight into the array of a state, since nobody reads the old one later."""
        program, found = self.program, dict[int, str]()
        reads: dict[int, int] = {}
        for at, instruction in enumerate(self.live):
            for id in instruction.refs():
                reads[program.storage(id)] = at
        made = {id: at for at, instruction in enumerate(self.live) for id in instruction.outputs}
        looked_at = [*program.results, *[ref for _, ref in program.stores]]
        kept = {program.storage(x.id) for x in looked_at if isinstance(x, Ref)}
        for instruction in self.live:
            if isinstance(instruction.function, Kernel):
                found.update({id: f"v{state}" for id, state in instruction.function.aliases.items()})
        for place, ref in program.stores:
            if ref is None or place.is_renewed or program.entries.get(place, -1) in {-1, *kept}:
                continue
            state = program.entries[place]
            when = made.get(ref.id)
            fits = program.values[state].array.shape == program.values[ref.id].array.shape
            if when is not None and fits and reads.get(state, -1) <= when and _is_elementwise(self.live[when]):
                found[ref.id] = f"v{state}"
        return found

    # Memory ----------------------------------------------------------------------------------------------------

    def _block(self, id: int) -> str:
        """An array of planned memory for a value, by the name that the source has for it."""
        value = self.program.values[id].array
        size = (
            max(64, 1 << max(0, value.nbytes - 1).bit_length())
            if value.nbytes < 4096
            else -(-value.nbytes // 4096) * 4096
        )
        blocks = self.free[size]
        if blocks:
            block = blocks.pop()
        else:
            block = np.empty(size, np.uint8)
            self.bytes += size
        self.taken[id] = (size, block)
        raw = block[: value.nbytes].view(value.dtype)
        self.flat[id] = self.name("c", raw)
        return self.name("b", _like(raw, value))

    def _release(self, at: int) -> list[str]:
        gone = []
        for id in self.ending.get(at, ()):
            if id in self.taken:
                size, block = self.taken.pop(id)
                self.free[size].append(block)
            else:
                gone.append(id)
        flat = [self.flat[id] for id in gone if self.flat.get(id) == f"r{id}"]
        return flat + [f"v{id}" for storage in gone for id in self.assigned.pop(storage, ())]

    # Writing ---------------------------------------------------------------------------------------------------

    def name(self, kind: str, x: Any) -> str:
        name = f"{kind}{len(self.names)}"
        self.names[name] = x
        return name

    def text(self, x: Any) -> str:
        """An argument as source."""
        if isinstance(x, Ref):
            return f"v{x.id}"
        if isinstance(x, tuple):
            return "(" + "".join(f"{self.text(part)}, " for part in x) + ")"
        if isinstance(x, list):
            return "[" + ", ".join(map(self.text, x)) + "]"
        if isinstance(x, slice):
            return f"slice({self.text(x.start)}, {self.text(x.stop)}, {self.text(x.step)})"
        if type(x) is float and math.isfinite(x):
            return repr(x)
        if type(x) in _PLAIN:
            return "..." if x is Ellipsis else repr(x)
        return self.shared("k", x)

    def shared(self, kind: str, x: Any) -> str:
        """The one name of an object that the source may refer to more than once."""
        key = id(x)
        if key not in self.named:
            self.named[key] = self.name(kind, x)
        return self.named[key]

    def emit(self) -> Emitted:
        """Write all of it."""
        program = self.program
        self.assigned: dict[int, list[int]] = defaultdict(list)  # names, by the storage that they look into
        self.ending: dict[int, list[int]] = defaultdict(list)
        for storage, at in self.last.items():
            self.ending[at].append(storage)
        fresh = {program.storage(ref.id) for ref in program.results if isinstance(ref, Ref)}
        for at, instruction in enumerate(self.live):
            self.lines.append(self._line(instruction, fresh))
            if gone := self._release(at):
                self.lines.append(f"del {', '.join(gone)}")
        return self._assembled()

    def _kernel(self, instruction: Instruction, fresh: set[int]) -> str:
        """The call of a kernel, after its outputs have got their memory."""
        kernel: Any = instruction.function
        lines = []
        for id in instruction.outputs:
            self.assigned[id].append(id)
            lines.append(f"v{id} = {self._memory(id, fresh)}")
            if id in self.targets:
                self.flat[id] = self._flat(int(self.targets[id][1:]), lines)
                self.contiguous.add(int(self.targets[id][1:]))
        self.contiguous |= kernel.written & {*self.program.inputs, *self.program.states}
        arrays = [self._flat(ref.id, lines) for ref in instruction.args[: kernel.arrays]]
        self.kernels[kernel.name] = kernel
        self.names[kernel.name] = kernel.call
        lines.append(f"{kernel.name}({', '.join([*arrays, *map(self.text, instruction.args[kernel.arrays :])])})")
        return "\n    ".join(lines)

    def _memory(self, id: int, fresh: set[int]) -> str:
        if id in self.targets:
            return self.targets[id]
        if id in fresh:
            return f"{self.name('n', _maker(self.program.values[id].array))}()"
        return self._block(id)

    def _flat(self, storage: int, lines: list[str]) -> str:
        """The name of a storage as an array of one axis."""
        if storage not in self.flat:
            value = self.program.values[storage].array
            if storage in self.program.constants:
                self.flat[storage] = self.name("c", np.ascontiguousarray(value).reshape(-1))
            else:
                axes = _order(value)
                turned = "" if axes == sorted(axes) else f".transpose({axes})"
                lines.append(f"r{storage} = v{storage}{turned}.reshape(-1)")
                self.flat[storage] = f"r{storage}"
        return self.flat[storage]

    def _line(self, instruction: Instruction, fresh: set[int]) -> str:
        if isinstance(instruction.function, Kernel):
            return self._kernel(instruction, fresh)
        function, args = instruction.function, list(map(self.text, instruction.args))
        options = {name: self.text(value) for name, value in instruction.options.items()}
        outputs = [f"v{id}" if id >= 0 else "_" for id in instruction.outputs]
        for id in instruction.outputs:
            if id >= 0:
                self.assigned[self.program.storage(id)].append(id)
        target = self._target(instruction, fresh)
        if function is operator.getitem:
            call = f"{args[0]}[{args[1]}]"
        elif function is operator.setitem:
            return f"{args[0]}[{args[1]}] = {args[2]}"
        elif function in _SYMBOLS:
            call = f"({f' {_SYMBOLS[function]} '.join(args)})"
        else:
            if target:
                options["out"] = target
            call = f"{self._callee(function, args)}({', '.join([*args, *[f'{n}={v}' for n, v in options.items()]])})"
        return f"{', '.join(outputs)}{' = ' if outputs else ''}{call}"

    def _target(self, instruction: Instruction, fresh: set[int]) -> str:
        """Where the result is written to; nothing where it has to be memory of its own."""
        if len(instruction.outputs) != 1 or instruction.writes or "out" in instruction.options:
            return ""
        (id,) = instruction.outputs
        value = self.program.values[id]
        if id in self.targets:
            return self.targets[id]
        if value.is_number or value.storage != id or id in fresh or not _takes_out(instruction):
            return ""
        return self._block(id)

    def _callee(self, function: Any, args: list[str]) -> str:
        if isinstance(function, Method):
            return f"{args.pop(0)}.{function.name}"
        function = take_along_axis if function is np.take_along_axis else function
        return self.shared("f", function) if not isinstance(function, np.ufunc) else self._ufunc(function)

    def _ufunc(self, ufunc: Any) -> str:
        self.names[ufunc.__name__] = ufunc
        return str(ufunc.__name__)

    def _assembled(self) -> Emitted:
        program = self.program
        read = {id for instruction in self.live for id in instruction.refs()}
        read |= {ref.id for ref in program.results if isinstance(ref, Ref)}
        read |= {ref.id for _, ref in program.stores if isinstance(ref, Ref)}
        read |= {id for instruction in self.first for id in instruction.refs()}
        read |= {int(name[1:]) for name in self.targets.values()}
        head = [f"v{id} = inputs[{i}]" for i, id in enumerate(program.inputs) if id in read]
        head += [f"v{id} = states[{i}]" for i, id in enumerate(program.states) if id in read]
        for id in program.constants:
            if id in read:
                self.names[f"v{id}"] = program.values[id].array
        head += [f"if not v{id}.flags.c_contiguous: return None" for id in sorted(self.contiguous)]
        for id, owner, name in program.numbers:
            self.names[f"o{id}"] = owner
            head.append(f"v{id} = o{id}.{name}")
        head += [self._line(instruction, set()) for instruction in self.first]
        head += [f"if v{id} is not {answer}: return None" for id, answer in program.guards]
        tail = [*self._stores(), f"return ({''.join(f'{self._result(x)}, ' for x in program.results)})"]
        kernels = "".join(f"{kernel.source}\n\n" for kernel in self.kernels.values())
        source = "def run(inputs, states):\n" + "".join(f"    {line}\n" for line in (*head, *self.lines, *tail))
        names = dict(self.names)
        exec(compile(source, "<a compiled step>", "exec"), names)
        return Emitted(kernels + source, names["run"], self.bytes)

    def _stores(self) -> list[str]:
        """What goes into the state at the end; what is itself of the old state is copied first."""
        program, before, after = self.program, [], []
        read = {id for instruction in self.live for id in instruction.refs()}
        for place, ref in program.stores:
            owner = self.name("p", place)
            if ref is None:
                after.append(f"{owner}.write(None)")
                continue
            new = f"v{ref.id}"
            was_read = place.is_renewed and program.entries.get(place) in read
            if was_read or program.storage(ref.id) in program.outside:
                new = f"w{ref.id}"
                before.append(f"{new} = v{ref.id}.copy()")
            if place not in program.entries or place.is_renewed:
                after.append(f"{owner}.write({new})")
            elif ref.id not in self.targets:
                after.append(f"v{program.entries[place]}[...] = {new}")
        return before + after

    def _result(self, x: Any) -> str:
        if not isinstance(x, Ref):
            return self.text(x)
        value = self.program.values[x.id]
        lent = value.storage in self.program.outside or x.id in self.targets
        return f"v{x.id}.copy()" if lent and not value.is_number else f"v{x.id}"


_SYMBOLS = {operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.pow: "**"}


def _is_elementwise(instruction: Instruction) -> bool:
    return isinstance(instruction.function, np.ufunc) and instruction.function.signature is None


def _takes_out(instruction: Instruction) -> bool:
    function = instruction.function
    if instruction.is_ufunc or getattr(function, "takes_out", False):
        return True
    return isinstance(function, Method) and function.name in _REDUCERS


def _order(value: Any) -> list[int]:
    """The axes of an array from the one whose elements are the furthest apart."""
    if value.flags.c_contiguous:
        return list(range(value.ndim))
    return sorted(range(value.ndim), key=lambda axis: -abs(value.strides[axis]))


def _like(raw: Any, value: Any) -> Any:
    """Memory as an array of the shape of another one, in its order of axes."""
    order = _order(value)
    shaped = raw.reshape([value.shape[axis] for axis in order])
    return shaped.transpose(np.argsort(order)) if value.ndim else shaped.reshape(())


def _maker(value: Any) -> Callable[[], Any]:
    """What makes new memory in the way of another array."""
    if value.flags.c_contiguous:
        return functools.partial(np.empty, value.shape, value.dtype)
    return lambda: _like(np.empty(value.size, value.dtype), value)
