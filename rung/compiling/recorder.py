"""Runs a step on traced arrays, and writes down what it computes."""

from __future__ import annotations

import operator
import sys
from pathlib import Path
from typing import Any

import numpy as np

import rung.random
from rung.compiling.program import Instruction, Method, Program, Ref, Value, form_of, map_arguments
from rung.compiling.state import NOT_THE_USERS
from rung.compiling.traced import Traced, TracedGenerator, TracedNumber, is_metadata, traced_module
from rung.errors import GraphError

OURS = (*NOT_THE_USERS, "<frozen")  # files whose lines are no user's
_WRITERS = {"fill", "sort", "partition", "put", "setfield", "resize"}  # methods that write into their array


class Recorder:
    """One recording: the values of a step as they come, and the calls between them."""

    def __init__(self) -> None:
        self.program = Program()
        self.known: dict[int, Traced] = {}  # plain arrays that were met, by id
        self.computed: dict[Any, TracedNumber] = {}  # numbers, by how they were computed
        self.kept: list[Any] = []  # so that no id is given twice

    # Values ----------------------------------------------------------------------------------------------------

    def new_value(self, array: Any, base: Traced | None = None) -> int:
        """Number a value; of an array, its form alone is kept."""
        id = len(self.program.values)
        storage = id if base is None else self.program.storage(base.id)
        self.program.values[id] = Value(id, form_of(array, None if base is None else base.value), storage)
        return id

    def enter(self, array: np.ndarray[Any, Any], kind: list[int]) -> Traced:
        """Let an array in from outside: as an argument, as state or as a constant."""
        if id(array) in self.known:
            return self.known[id(array)]
        traced = Traced(array, self.new_value(array))
        if kind is self.program.constants:
            self.program.values[traced.id].array = array
        kind.append(traced.id)
        self.known[id(array)] = traced
        self.kept.append(array)
        return traced

    def constant(self, array: np.ndarray[Any, Any]) -> Traced:
        """An array that was met on the way, and is expected to be the same at each call."""
        return self.enter(array, self.program.constants)

    def attribute(self, owner: Any, name: str) -> TracedNumber:
        """A number that is read from its owner at each call."""
        value = getattr(owner, name)
        number = TracedNumber(value, self.new_value(value))
        self.program.numbers.append((number.id, owner, name))
        return number

    def _ref(self, x: Any) -> Any:
        if isinstance(x, Traced) and x.recorder is not self:
            raise GraphError(
                "compile: an array of an earlier call of a compiled step was used; let the step return it, and hand "
                f"it in again ({self.where()})"
            )
        if isinstance(x, (Traced, TracedNumber, TracedGenerator)):
            return Ref(x.id)
        if isinstance(x, np.ndarray):
            return Ref(self.constant(x).id)
        return x

    def close(self) -> None:
        """Let go of all arrays: traced ones refer to their recorder, so they would wait for the garbage collector."""
        self.known.clear()
        self.computed.clear()
        self.kept.clear()

    # Calls -----------------------------------------------------------------------------------------------------

    def call(self, function: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Call a function of NumPy's, and write it down if it makes an array."""
        if options.get("out") is not None:
            return self._into(function, args, options)
        plain_args, plain_options = map_arguments(_plain, args), map_arguments(_plain, options)
        result = function(*plain_args, **plain_options)
        if is_metadata(function) or not _has_arrays(result):
            return result if is_metadata(function) else self._no_array(function, result, (args, options))
        refs = map_arguments(self._ref, args), map_arguments(self._ref, options)
        return self._written(function, refs, result, (args, options))

    def _no_array(self, function: Any, result: Any, arguments: Any) -> Any:
        if type(result) in (bool, int, float) and any(isinstance(x, Traced) for x in _flat(arguments)):
            raise GraphError(
                f"compile: a compiled step asked for a value by {getattr(function, '__name__', function)}, and would "
                f"act on it for ever; compute it as an array ({self.where()})"
            )
        return result

    def _written(self, function: Any, refs: tuple[Any, Any], result: Any, arguments: Any) -> Any:
        results = result if isinstance(result, (tuple, list)) else (result,)
        sources = [x for x in _flat(arguments) if isinstance(x, Traced)]
        traced = [self._result(part, sources) if _is_array(part) else part for part in results]
        if any(traced[0] is source for source in sources) and len(traced) == 1:
            return traced[0]  # astype(copy=False), which had nothing to do
        outputs = [part.id if isinstance(part, Traced) else -1 for part in traced]
        self.program.instructions.append(Instruction(function, refs[0], refs[1], outputs, where=self.where()))
        if not isinstance(result, (tuple, list)):
            return traced[0]
        return type(result)(*traced) if hasattr(result, "_fields") else type(result)(traced)

    def _result(self, array: Any, sources: list[Traced]) -> Traced:
        array = np.asarray(array)
        for source in sources:
            if source.value is array:
                return source
        base = next((s if s.base is None else s.base for s in sources if _looks_into(array, s.value)), None)
        return Traced(array, self.new_value(array, base), base)

    def ufunc(self, ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Call a ufunc, or one of its methods."""
        if method == "at":
            return self._in_place(ufunc.at, inputs, options, inputs[0])
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        out = options.get("out")
        options = {name: value for name, value in options.items() if name != "out"}
        if out is not None:
            out = out[0] if isinstance(out, tuple) else out
            return self._ufunc_into(function, inputs, options, out)
        return self.call(function, inputs, options)

    def _ufunc_into(self, function: Any, inputs: tuple[Any, ...], options: dict[str, Any], out: Any) -> Any:
        if not isinstance(out, Traced):
            out = self.constant(out)
        shape = np.broadcast_shapes(*[np.shape(_plain(x)) for x in inputs])
        is_whole = isinstance(function, np.ufunc) and shape == out.shape and not {"where", "dtype"} & set(options)
        if is_whole and self._can_renew(out):
            dtype = function(*[np.empty_like(_plain(x), shape=(0,)) if isinstance(x, (Traced, np.ndarray))
                               else _plain(x) for x in inputs], **options).dtype  # fmt: skip
            if dtype == out.dtype:
                return self._renewed(function, inputs, options, out)
        return self._in_place(function, inputs, {**options, "out": out}, out)

    def _can_renew(self, x: Traced) -> bool:
        """Whether a write to all of an array makes a new value: nobody else sees its memory, not even the caller."""
        return x.is_alone and x.id not in self.program.inputs

    def _refuse_constant(self, x: Traced) -> None:
        if self.program.storage(x.id) in self.program.constants:
            raise GraphError(
                "compile: a compiled step writes to an array that is neither an argument nor found as state; make it "
                f"a Variable, and give it by compile(step, state=[...]) ({self.where()})"
            )

    def _renewed(self, function: Any, inputs: tuple[Any, ...], options: dict[str, Any], out: Traced) -> Any:
        """A write over all of an array that nobody else looks into: its name has a new value from here on."""
        self._refuse_constant(out)
        refs = map_arguments(self._ref, inputs), dict(options)
        function(*map_arguments(_plain, inputs), **options, out=out.value)
        out.id = self.new_value(out.value)
        self.program.instructions.append(Instruction(function, *refs, [out.id], where=self.where()))
        return out

    def _in_place(self, function: Any, args: tuple[Any, ...], options: dict[str, Any], out: Any) -> Any:
        """A write into memory that others look into, or of a part: an instruction that must stay in its place."""
        if not isinstance(out, Traced):
            out = self.constant(out)
        self._refuse_constant(out)
        refs = map_arguments(self._ref, args), map_arguments(self._ref, options)
        function(*map_arguments(_plain, args), **map_arguments(_plain, options))
        writes = [self.program.storage(out.id)]
        self.program.instructions.append(Instruction(function, *refs, [], writes, self.where()))
        return out

    def _into(self, function: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        return self._in_place(function, args, options, options["out"])

    def assign(self, x: Traced, index: Any, value: Any) -> None:
        """x[index] = value"""
        whole = index is Ellipsis or index == slice(None) if not isinstance(index, (Traced, np.ndarray)) else False
        if (
            whole
            and self._can_renew(x)
            and isinstance(value, Traced)
            and (value.shape, value.dtype) == (x.shape, x.dtype)
        ):
            self._renewed(np.positive, (value,), {}, x)
        else:
            self._in_place(operator.setitem, (x, index, value), {}, x)

    def method(self, name: str, x: Traced, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """x.name(*args)"""
        if name in _WRITERS:
            return self._in_place(Method(name), (x, *args), options, x)
        return self.call(Method(name), (x, *args), options)

    # Numbers ---------------------------------------------------------------------------------------------------

    def number(self, function: Any, operands: tuple[Any, ...]) -> Any:
        """Arithmetic on numbers, which gives a number; with an array among them, an array."""
        if any(isinstance(x, (Traced, np.ndarray)) for x in operands):
            return self.call(UFUNCS[function], operands, {})
        refs = tuple(map(self._ref, operands))
        key = (function, *[x.id if isinstance(x, Ref) else (type(x), x) for x in refs])
        if key in self.computed:
            return self.computed[key]
        value = function(*map(_plain, operands))
        result = self.computed[key] = TracedNumber(value, self.new_value(value))
        self.program.instructions.append(Instruction(function, refs, {}, [result.id], where=self.where()))
        return result

    def decide(self, function: Any, *operands: Any) -> bool:
        """A decision on numbers: a replay goes on only as long as it stays the same."""
        outcome = self.number(function, operands)
        if (outcome.id, outcome.value) not in self.program.guards:
            self.program.guards.append((outcome.id, outcome.value))
        return bool(outcome.value)

    # Random numbers --------------------------------------------------------------------------------------------

    def lasting(self, function: Any, value: Any, args: tuple[Any, ...] = ()) -> Any:
        """A number, or a generator, that a function makes anew at each replay; now it made `value`."""
        id = self.new_value(value)
        refs = tuple(map(self._ref, args))
        self.program.instructions.append(Instruction(function, refs, {}, [id], where=self.where(), lasting=True))
        return id, value

    def seeded(self, seed: Any) -> TracedGenerator:
        """A generator that starts from a seed."""
        return TracedGenerator(*self.lasting(np.random.default_rng, np.random.default_rng(_plain(seed)), (seed,)))

    def drawn(self, generator: TracedGenerator, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Draw random numbers, now and at each replay."""
        result = self.call(Method(name), (generator, *args), options)
        self.program.instructions[-1].lasting = True
        return result

    def where(self) -> str:
        """The line of the user's program that is running."""
        frame: Any = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.startswith(OURS):
            frame = frame.f_back
        return "" if frame is None else f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}"


class RecordedSource:
    """Stands for the source of Rung's random numbers while a step is recorded."""

    def __init__(self, recorder: Recorder, source: Any):
        self._recorder, self._source = recorder, source
        self._drawing: TracedGenerator | None = None

    def generator(self, xp: Any) -> Any:
        """NumPy's, whose state goes on from replay to replay."""
        if xp not in (traced_module, np):
            return self._source.generator(xp)
        if self._drawing is None:
            made = self._source.generator(np)
            self._drawing = TracedGenerator(*self._recorder.lasting(rung.random.generator, made))
        return self._drawing

    def draw_seed(self) -> Any:
        """Another seed at each call, and at each replay."""
        id, value = self._recorder.lasting(rung.random.draw_seed, self._source.draw_seed())
        return TracedNumber(value, id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


UFUNCS = {
    operator.add: np.add, operator.sub: np.subtract, operator.mul: np.multiply, operator.truediv: np.true_divide,
    operator.floordiv: np.floor_divide, operator.mod: np.remainder, operator.pow: np.power,
}  # fmt: skip


def _plain(x: Any) -> Any:
    return x.value if isinstance(x, (Traced, TracedNumber, TracedGenerator)) else x


def _flat(tree: Any) -> list[Any]:
    found: list[Any] = []
    map_arguments(found.append, tree)
    return found


def _is_array(x: Any) -> bool:
    return isinstance(x, (np.ndarray, np.generic))


def _has_arrays(result: Any) -> bool:
    return _is_array(result) or (isinstance(result, (tuple, list)) and any(map(_is_array, result)))


def _looks_into(array: Any, source: Any) -> bool:
    """Whether an array is a view of another, or of what that one is a view of."""
    return array.base is not None and np.may_share_memory(array, source)
