"""A program as Python: dead instructions dropped, memory planned, every array written where it will be needed."""

from __future__ import annotations

import math
import operator
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rung.compiling.entering import Entry
from rung.compiling.fusing import fused, is_view
from rung.compiling.kernels import Kernel
from rung.compiling.planning import Plan, is_product_of_matrices, maker_of, order_of, takes_out
from rung.compiling.program import Instruction, Method, Program, Ref
from rung.compiling.simplifying import called, is_of_numbers, simplified
from rung.compiling.taking import take_along_axis

_NOTHING = object()  # in place of the array of a state, before the first replay
_PLAIN = (int, bool, str, type(None), type(Ellipsis))


@dataclass
class Emitted:
    """The generated function, and its source to read."""

    source: str
    run: Callable[..., Any]
    bytes: int  # of the memory that replays share


class Emitter:
    """Writes the source of one program.

    What every replay finds as it was (planned memory, constants, their views) is no line of it, but a name.
    """

    def __init__(self, program: Program):
        program = replace(program, values=dict(program.values), constants=list(program.constants))
        self.program = program  # simplified in a copy, since the recording may have to be compared to another one
        self.names: dict[str, Any] = {}  # what the source refers to
        self.named: dict[int, str] = {}  # the names of what is shared, by id
        self.lines: list[str] = []
        self.live = simplified(program)
        self.first = [at for at in self.live if is_of_numbers(program, at)]
        self.live = [at for at in self.live if not is_of_numbers(program, at)]
        self.live = fused(program, self.live)
        self.plan = Plan(program, self.live)
        self.entry = Entry(program, self.shared)
        self.homes = {id: id for id in self.entry.homes}  # what is made of a state's array alone, and that state
        self.steady: dict[int, Any] = {id: program.values[id].array for id in program.constants}
        self.flat: dict[int, str] = {}  # storages, as arrays of one axis, by the names that the source has for them
        self.kernels: dict[str, Kernel] = {}
        self.contiguous: set[int] = set()  # the arrays from outside that kernels write to
        self.assigned: dict[int, list[int]] = defaultdict(list)  # names, by the storage that they look into

    # Memory ----------------------------------------------------------------------------------------------------

    def _block(self, id: int) -> str:
        """Planned memory for a value, which has the value's own name from here on."""
        flat, self.steady[id] = self.plan.take(id)
        self.flat[id] = self.name("c", flat)
        return self._known(id)

    def _known(self, id: int) -> str:
        self.names[f"v{id}"] = self.steady[id]
        return f"v{id}"

    def _release(self, at: int) -> list[str]:
        gone = self.plan.release(at)
        flat = [self.flat[id] for id in gone if self.flat.get(id) == f"r{id}"]
        return flat + [f"v{id}" for storage in gone for id in self.assigned.pop(storage, ())]

    def _is_known(self, instruction: Instruction) -> bool:
        """Make a view of what every replay finds as it was; False if it is another one each time."""
        if not is_view(self.program, instruction):
            return False
        read = set(instruction.refs())
        if read <= self.steady.keys():
            return self._is_steady(instruction)
        homes = {self.homes.get(id, -1) for id in read}
        if len(homes) != 1 or -1 in homes or len(instruction.outputs) != 1:
            return False
        (id,), (home,) = instruction.outputs, homes
        self.homes[id] = home
        self.entry.make(home, f"v{id}", self._call(instruction, ""))
        return True

    def _is_steady(self, instruction: Instruction) -> bool:
        views = dict(zip(instruction.outputs, called(self.steady, instruction), strict=True))
        if not all(self._is_in_place(id, view) for id, view in views.items() if id >= 0):
            return False
        for id in views.keys() - {-1}:
            self.steady[id] = views[id]
            self._known(id)
        return True

    def _is_in_place(self, id: int, view: Any) -> bool:
        return bool(np.may_share_memory(view, self.steady[self.program.storage(id)])) or not view.size

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
        for at, instruction in enumerate(self.live):
            if not self._is_known(instruction):
                self.lines.append(self._line(instruction))
            if gone := self._release(at):
                self.lines.append(f"del {', '.join(gone)}")
        return self._assembled()

    def _kernel(self, instruction: Instruction) -> str:
        """The call of a kernel, after its outputs have got their memory."""
        kernel: Any = instruction.function
        lines: list[str] = []
        for id in instruction.outputs:
            self._give_memory(id, lines)
        self.contiguous |= kernel.written & {*self.program.inputs, *self.program.states}
        arrays = [self._flat(ref.id, lines) for ref in instruction.args[: kernel.arrays]]
        self.kernels[kernel.name] = kernel
        self.names[kernel.name] = kernel.call
        lines.append(f"{kernel.name}({', '.join([*arrays, *map(self.text, instruction.args[kernel.arrays :])])})")
        return "\n    ".join(lines)

    def _give_memory(self, id: int, lines: list[str]) -> None:
        """Memory for what a kernel makes."""
        if id in self.plan.targets:
            state = self.plan.targets[id]
            lines.append(f"v{id} = v{state}")
            self.flat[id] = self._flat(state, lines)
            self.contiguous.add(state)
        elif id in self.plan.fresh:
            self.assigned[id].append(id)
            lines.append(f"v{id} = {self.name('n', maker_of(self.program.values[id].array))}()")
        else:
            self._block(id)

    def _flat(self, storage: int, lines: list[str]) -> str:
        """The name of a storage as an array of one axis."""
        if storage not in self.flat:
            value = self.program.values[storage].array
            if storage in self.program.constants:
                self.flat[storage] = self.name("c", np.ascontiguousarray(value).reshape(-1))
            else:
                self.flat[storage] = f"r{storage}"
                axes = order_of(value)
                turned = "" if axes == sorted(axes) else f".transpose({axes})"
                text = f"v{storage}{turned}.reshape(-1)"
                if storage in self.homes:
                    self.entry.make(self.homes[storage], f"r{storage}", text)
                else:
                    lines.append(f"r{storage} = {text}")
        return self.flat[storage]

    def _line(self, instruction: Instruction) -> str:
        if isinstance(instruction.function, Kernel):
            return self._kernel(instruction)
        target = self._target(instruction)
        call = self._call(instruction, target)
        if not instruction.outputs or target == f"v{instruction.outputs[0]}":
            return call  # it writes to memory that has a name already
        outputs = [f"v{id}" if id >= 0 else "_" for id in instruction.outputs]
        for id in instruction.outputs:
            if id >= 0:
                self.assigned[self.program.storage(id)].append(id)
        return f"{', '.join(outputs)} = {call}"

    def _call(self, instruction: Instruction, target: str) -> str:
        """What computes the result, as source."""
        function, args = instruction.function, list(map(self.text, instruction.args))
        if function is operator.getitem:
            return f"{args[0]}[{args[1]}]"
        if function is operator.setitem:
            return f"{args[0]}[{args[1]}] = {args[2]}"
        if function in _SYMBOLS:
            return f"({f' {_SYMBOLS[function]} '.join(args)})"
        if target and is_product_of_matrices(self.program, instruction):
            self.names["dot"] = np.dot
            return f"dot({', '.join(args)}, {target})"
        options = {name: self.text(value) for name, value in instruction.options.items()}
        if target:
            options["out"] = target
        return f"{self._callee(function, args)}({', '.join([*args, *[f'{n}={v}' for n, v in options.items()]])})"

    def _target(self, instruction: Instruction) -> str:
        """Where the result is written to; nothing where it has to be memory of its own."""
        if len(instruction.outputs) != 1 or instruction.writes or "out" in instruction.options:
            return ""
        (id,) = instruction.outputs
        value = self.program.values[id]
        if id in self.plan.targets:
            return f"v{self.plan.targets[id]}"
        if value.is_number or value.storage != id or id in self.plan.fresh or not takes_out(instruction):
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
        read = {id for instruction in (*self.first, *self.live) for id in instruction.refs()}
        read |= {ref.id for ref in program.results if isinstance(ref, Ref)}
        read |= {ref.id for _, ref in program.stores if isinstance(ref, Ref)}
        self.names.update({f"v{id}": program.values[id].array for id in program.constants if id in read})
        self.names.update(dict.fromkeys([f"v{id}" for id in self.entry.homes], _NOTHING))
        head = [f"v{id} = inputs[{i}]" for i, id in enumerate(program.inputs) if id in read]
        written = sorted(self.contiguous.intersection(program.inputs))
        head += [f"if not v{id}.flags.c_contiguous: return None" for id in written]
        head += self.entry.lines(self.contiguous)
        head += [f"v{id} = {self.name('o', owner)}.{name}" for id, owner, name in program.numbers]
        head += map(self._line, self.first)
        head += [f"if v{id} is not {answer}: return None" for id, answer in program.guards]
        tail = [*self._stores(), f"return ({''.join(f'{self._result(x)}, ' for x in program.results)})"]
        kernels = "".join(f"{kernel.source}\n\n" for kernel in self.kernels.values())
        first = [line for line in head if line.startswith("global ")]
        lines = [*first, *[line for line in head if line not in first], *self.lines, *tail]
        if any(not isinstance(instruction.function, Kernel) for instruction in self.live):
            self.names["quiet"] = np.errstate(all="ignore")  # an infinity may be meant to be
        quietly = "@quiet\n" if "quiet" in self.names else ""
        source = f"{quietly}def run(inputs):\n" + "".join(f"    {line}\n" for line in lines)
        names = dict(self.names)
        exec(compile(source, "<a compiled step>", "exec"), names)
        return Emitted(kernels + source, names["run"], self.plan.bytes)

    def _stores(self) -> list[str]:
        """What goes into the state at the end; what is itself of the old state is copied first."""
        program, before, after = self.program, [], []
        read = {id for instruction in self.live for id in instruction.refs()}
        for place, ref in program.stores:
            owner = self.shared("s", place)
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
            elif ref.id not in self.plan.targets:
                after.append(f"v{program.entries[place]}[...] = {new}")
        counts = [f"{self.shared('o', owner)}.{name} += {change!r}" for owner, name, change in program.changes]
        return before + after + counts

    def _result(self, x: Any) -> str:
        if not isinstance(x, Ref):
            return self.text(x)
        value = self.program.values[x.id]
        lent = value.storage in self.program.outside or x.id in self.plan.targets
        return f"v{x.id}.copy()" if lent and not value.is_number else f"v{x.id}"


_SYMBOLS = {operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.pow: "**"}
