"""When a step is recorded, and when it is replayed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

import rung.random

from rung.compiling.differentiable import CompiledCall, Links, derivative_of
from rung.compiling.emitting import Emitter
from rung.compiling.program import Program, Ref, check_constants, same_shape
from rung.compiling.recorder import RecordedSource, Recorder
from rung.compiling.state import DataPlace, Place, State
from rung.compiling.traced import Traced, TracedNumber, recorder
from rung.config import current_mode
from rung.core.variable import Variable, constant, handle
from rung.core.record import Record, next_serial
from rung.errors import GraphError
from rung.optimizers.optimizer import Optimizer
from rung.trees import leaves, map_tree

TRIES = 5  # recordings until two of them agree


class Compiled:
    """A step that is recorded when it is first called, and replayed once two recordings agree."""

    def __init__(self, step: Callable[..., Any], state: Any = ()):
        functools.update_wrapper(self, step)
        self.step, self.state = step, State(step, state)
        self.entries: dict[Any, _Entry] = {}
        self.is_new = True
        self.derivatives: dict[Any, Compiled] = {}

    def __call__(self, *args: Any, **options: Any) -> Any:
        now = current_mode()
        if now.special or recorder.get() is not None:
            return self.step(*args, **options)  # inside another recording, a pass, a picture: as if not compiled
        if _are_shared(leaves((args, options))):
            return self.step(*args, **options)  # one array twice: a write to one would be a write to both
        if self.is_new:  # sizes are learnt and memory is made in the first call, which runs as it is
            self.is_new = False
            return self.step(*args, **options)
        key = (_signature(args), _signature(options), now.train, now.enable_backprop, now.dtype)
        entry = self.entries.get(key)
        if entry is None:
            entry = self.entries[key] = _Entry(self, key)
        return entry(args, options)

    def derivative(self, key: Any, links: Links, tree: Any, again: bool) -> Compiled:
        """The compiled derivative for arguments of one kind; `again`: one that can be differentiated."""
        if (key, again) not in self.derivatives:
            form = map_tree(lambda x: None, tree)

            def tree_of(flat: list[Any]) -> Any:
                parts = iter(flat)
                return map_tree(lambda _: next(parts), form)

            self.derivatives[key, again] = Compiled(
                derivative_of(self.step, tree_of, links, again), [self.step, self.state.more]
            )
        return self.derivatives[key, again]

    @property
    def source(self) -> str:
        """The generated Python of the newest recording that is replayed; empty before."""
        ready = [entry.emitted.source for entry in self.entries.values() if entry.emitted is not None]
        return ready[-1] if ready else ""


def compile(step: Callable[..., Any], state: Any = ()) -> Compiled:
    """Record what a step computes, and replay it without Python's detours."""
    return Compiled(step, state)


class _Entry:
    """What is known of a step for arguments of one kind."""

    def __init__(self, compiled: Compiled, key: Any):
        self.compiled, self.key = compiled, key
        self.who = f"compile: {getattr(compiled.step, '__name__', 'the step')}"
        self.program: Program | None = None
        self.emitted: Any = None
        self.tries = 0

    def __call__(self, args: Any, options: Any) -> Any:
        if self.emitted is not None and self._holds():
            return self._replay(args, options)
        return self._record(args, options)

    # Replaying -------------------------------------------------------------------------------------------------

    def _holds(self) -> bool:
        """Whether the state is of the kind that was recorded."""
        for place, array, flag in self.expected:
            now = place.read()
            if type(now) is not type(array):
                return False
            if array is not None and (now.shape != array.shape or now.dtype != array.dtype):
                return False
            if type(place) is DataPlace and place.owner._record.differentiable is not flag:
                return False
        return True

    def _replay(self, args: Any, options: Any) -> Any:
        inputs = [getattr(x, "_data", x) for x in leaves((args, options)) if isinstance(x, (np.ndarray, Variable))]
        with np.errstate(all="ignore"):  # as ops do where an infinity is meant to be
            results = self.emitted.run(inputs, [place.read() for place in self.read])
        if results is None:  # a decision on numbers has another outcome now
            return self._record(args, options)
        for owner, name, change in self.changes:
            setattr(owner, name, getattr(owner, name) + change)
        for place in self.written:
            place.written()
        return self._returned(args, options, [_as(*pair) for pair in zip(self.kinds, results, strict=True)])

    def _returned(self, args: Any, options: Any, results: list[Any]) -> Any:
        """The results in the form that the step gives them, and in the graph if somebody may differentiate them."""
        links = self.program.links
        if links.outputs and current_mode().enable_backprop:
            derivative = functools.partial(self.compiled.derivative, self.key, links, (args, options))
            results = CompiledCall(derivative, links, (args, options)).connect(leaves((args, options)), results)
        parts = iter(results)
        return map_tree(lambda _: next(parts), self.program.returned)

    # Recording -------------------------------------------------------------------------------------------------

    def _record(self, args: Any, options: Any) -> Any:
        self.emitted = None
        program, result = _Recording(self.compiled).run(args, options)
        before, self.program = self.program, program
        if before is not None and same_shape(before, program):
            check_constants(self.who, before, program)
            self._prepare(program)
        self.tries += 1
        if self.tries >= TRIES and self.emitted is None:
            raise GraphError(f"{self.who} did something else at each of {TRIES} calls; compile what stays the same")
        return self._returned(args, options, result)

    def _prepare(self, program: Program) -> None:
        self.emitted = Emitter(program).emit()
        self.kinds = leaves(program.returned)
        self.read = program.read
        self.expected = program.expected
        self.changes = program.changes
        stored = {place for place, _ in program.stores}
        self.written = [
            place
            for place in program.read
            if type(place) is DataPlace and (place in stored or place in program.touched)
        ]


class _Recording:
    """One call of a step on traced arrays."""

    def __init__(self, compiled: Compiled):
        self.step, self.state = compiled.step, compiled.state
        self.recorder = Recorder()

    def run(self, args: Any, options: Any) -> tuple[Program, Any]:
        recorder_, program = self.recorder, self.recorder.program
        places = self.state.places()
        entered: dict[Place, tuple[Any, Any]] = {}
        guards = [(p.owner._record, p.owner._record.guard) for p in places if isinstance(p, DataPlace)]
        flags = {p: p.owner._record.differentiable for p in places if isinstance(p, DataPlace)}
        counted = [(owner, name, getattr(owner, name)) for owner, name in self.state.counters()]
        found = {place: place.read() for place in places}
        token = recorder.set(recorder_)
        source = rung.random._source.set(RecordedSource(recorder_, rung.random._source.get()))
        try:
            args, options = map_tree(self._argument, args), map_tree(self._argument, options)
            for place, array in found.items():
                if isinstance(array, np.ndarray):
                    if id(array) in recorder_.known and recorder_.known[id(array)].id in program.inputs:
                        raise GraphError(f"compile: {place.name} of the state is among the arguments too; copy it")
                    traced = recorder_.enter(array, program.states)
                    entered[place] = traced, traced.id
                    place.write(traced)
            with self._numbers():
                result = self.step(*args, **options)
            now = {place: place.read() for place in self.state.places()}
        finally:
            recorder.reset(token)
            rung.random._source.reset(source)
            for place in self.state.places():
                array = place.read()
                if isinstance(array, Traced):
                    place.write(found[place] if place in entered and array is entered[place][0] else array.value)
            for record, guard in guards:
                record.guard = guard
        self._close(program, found, entered, now, flags, counted)
        return program, self._returned(program, result, leaves((args, options)))

    def _argument(self, x: Any) -> Any:
        if isinstance(x, Variable):
            record = Record(None, 0, next_serial(), x.shape, x.dtype, x.differentiable)
            return handle(self.recorder.enter(x._data, self.recorder.program.inputs), record)
        if isinstance(x, np.ndarray):
            return self.recorder.enter(x, self.recorder.program.inputs)
        return x

    def _close(self, program: Any, found: Any, entered: Any, now: Any, flags: Any, counted: Any) -> None:
        """Write down where the values of the state go at the end."""
        touched = {storage for instruction in program.instructions for storage in instruction.writes}
        program.entries = {place: id for place, (_, id) in entered.items()}
        program.touched = {place for place, id in program.entries.items() if id in touched}
        for place, array in now.items():
            if isinstance(array, Traced):
                if place not in entered or array.id != entered[place][1]:
                    program.stores.append((place, Ref(array.id)))
            elif array is None and found.get(place) is not None:
                program.stores.append((place, None))
        for place in [place for place in program.entries if place.is_renewed]:
            program.found[place] = (program.entries.pop(place),)
        program.read = [place for place in found if place in entered]
        program.states = [entered[place][1] for place in program.read]
        program.expected = [
            (place, found[place], flags.get(place)) for place in found if not place.is_renewed or found[place] is None
        ]
        program.changes = [
            (owner, name, getattr(owner, name) - value)
            for owner, name, value in counted
            if getattr(owner, name) != value
        ]

    def _returned(self, program: Any, result: Any, arguments: list[Any]) -> list[Any]:
        results = leaves(result)
        program.results = [_ref(x) for x in results]
        program.returned = map_tree(lambda x: "variable" if isinstance(x, Variable) else "plain", result)
        program.links = Links(results, arguments, self.state.found(Variable))
        program.links.draws = any(instruction.lasting for instruction in program.instructions)
        return [_untraced(x) for x in results]

    @contextmanager
    def _numbers(self) -> Iterator[None]:
        """The numbers of optimizers' steps are read anew at each call."""
        optimizers = self.state.found(Optimizer)
        known: dict[Any, TracedNumber] = {}
        for optimizer in optimizers:
            vars(optimizer)["of"] = functools.partial(_Settings, self.recorder, known, optimizer)
        try:
            yield
        finally:
            for optimizer in optimizers:
                del vars(optimizer)["of"]


class _Settings:
    """What holds for a parameter in the next update, as numbers that are read at each call."""

    def __init__(self, recorder: Recorder, known: dict[Any, TracedNumber], optimizer: Any, param: Any):
        self._recorder, self._known, self._optimizer, self._param = recorder, known, optimizer, param
        self._settings = type(optimizer).of(optimizer, param)

    def __getattr__(self, name: str) -> Any:
        settings = self._settings
        overrides = tuple(sorted((key, id(value)) for key, value in settings._overrides.items()))
        spared = name == "weight_decay" and len(self._param.expected_shape) < 2
        key = (id(self._optimizer), name, overrides, settings.t if name == "t" else 0, spared)
        if key not in self._known:
            self._known[key] = self._recorder.attribute(_Current(self._optimizer, self._param), name)
        return self._known[key]


class _Current:
    """Reads the settings of a parameter as they are now."""

    def __init__(self, optimizer: Any, param: Any):
        self._optimizer, self._param = optimizer, param

    def __getattr__(self, name: str) -> Any:
        return getattr(type(self._optimizer).of(self._optimizer, self._param), name)


def _ref(x: Any) -> Any:
    x = getattr(x, "_data", x)
    return Ref(x.id) if isinstance(x, (Traced, TracedNumber)) else x


def _untraced(x: Any) -> Any:
    if isinstance(x, Variable):
        return constant(_untraced(x._data))
    if isinstance(x, Traced):
        return x.value.copy()
    return x.value if isinstance(x, TracedNumber) else x


def _as(kind: str, x: Any) -> Any:
    return constant(np.asarray(x)) if kind == "variable" else x


def _are_shared(values: list[Any]) -> bool:
    arrays = [id(getattr(x, "_data", x)) for x in values if isinstance(x, (np.ndarray, Variable))]
    return len(set(arrays)) < len(arrays)


def _signature(tree: Any) -> Any:
    """What two calls must have in common to share a recording."""
    if isinstance(tree, np.ndarray):
        return tree.shape, tree.dtype
    if isinstance(tree, Variable):
        return "variable", tree.shape, tree.dtype, tree.differentiable
    if isinstance(tree, dict):
        return tuple((name, _signature(part)) for name, part in tree.items())
    if isinstance(tree, (tuple, list)):
        return type(tree), tuple(map(_signature, tree))
    return type(tree), tree
