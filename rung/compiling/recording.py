"""One recording of a step: its arguments and its state are traced while it runs, and put back as they were."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

import rung.random
from rung.compiling.differentiable import Links
from rung.compiling.program import Expected, Program, Ref, SameSetup
from rung.compiling.recorder import RecordedSource, Recorder
from rung.compiling.simplifying import live
from rung.compiling.state import DataPlace, Place, State
from rung.compiling.traced import Traced, TracedNumber, recorder
from rung.core.record import Record, next_serial
from rung.core.variable import Variable, constant, handle
from rung.cuda import device_name, is_array
from rung.errors import DeviceError, GraphError
from rung.optimizers.optimizer import Optimizer
from rung.trees import leaves, map_tree


class Recording:
    """One call of a step on traced arrays."""

    def __init__(self, step: Callable[..., Any], state: State):
        self.step, self.state = step, state
        self.recorder = Recorder()
        self.program = self.recorder.program
        self.found: dict[Place, Any] = {place: place.read() for place in state.places()}
        self.entered: dict[Place, Traced] = {}
        self.records = [place.owner._record for place in self.found if type(place) is DataPlace]
        self.guards = [record.guard for record in self.records]
        self.counts = [(owner, name, getattr(owner, name)) for owner, name in state.counters()]

    def run(self, args: Any, options: Any) -> tuple[Program, list[Any]]:
        """The program, and the results of the call, flat."""
        try:
            with self._tracing():
                args, options = map_tree(self._argument, args), map_tree(self._argument, options)
                self._enter_state()
                result = self.step(*args, **options)
                now = {place: place.read() for place in self.state.places()}
        finally:
            self._put_back()
            self.recorder.close()
        self._note_state(now)
        return self.program, self._note_results(result, leaves((args, options)))

    # Before ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _tracing(self) -> Iterator[None]:
        token = recorder.set(self.recorder)
        source = rung.random._source.set(RecordedSource(self.recorder, rung.random._source.get()))  # type: ignore[arg-type]
        optimizers, known = self.state.found(Optimizer), dict[Any, TracedNumber]()
        for optimizer in optimizers:  # the numbers of its steps are read anew at each call
            vars(optimizer)["of"] = functools.partial(TracedSettings, self.recorder, known, optimizer)
        try:
            yield
        finally:
            for optimizer in optimizers:
                del vars(optimizer)["of"]
            rung.random._source.reset(source)
            recorder.reset(token)

    def _argument(self, x: Any) -> Any:
        refuse_device(getattr(x, "_data", x), "an argument")
        if isinstance(x, Variable):
            record = Record(None, 0, next_serial(), x.shape, x.dtype, x.differentiable)
            return handle(self.recorder.enter(x._data, self.program.inputs), record)
        return self.recorder.enter(x, self.program.inputs) if isinstance(x, np.ndarray) else x

    def _enter_state(self) -> None:
        for place, array in self.found.items():
            refuse_device(array, str(place))
            if isinstance(array, np.ndarray):
                traced = self.entered[place] = self.recorder.enter(array, self.program.states)
                if traced.id in self.program.inputs:
                    raise GraphError(f"compile: {place} is among the arguments, too; hand in a copy")
                self.program.entries[place] = traced.id
                place.write(traced)

    # Afterwards ------------------------------------------------------------------------------------------------

    def _put_back(self) -> None:
        """Plain arrays in every place: the one that was there, or what was computed for it."""
        for place in self.state.places():
            array = place.read()
            if isinstance(array, Traced):
                place.write(self.found[place] if array is self.entered.get(place) else array.value)
        for record, guard in zip(self.records, self.guards, strict=True):
            record.guard = guard

    def _note_state(self, now: dict[Place, Any]) -> None:
        """Write down where the values of the state go at the end, and what must hold for a replay."""
        program = self.program
        for place, array in now.items():
            if isinstance(array, Traced) and array.id != program.entries.get(place):
                program.stores.append((place, Ref(array.id)))
            elif array is None and self.found.get(place) is not None:
                program.stores.append((place, None))
        program.read = list(self.entered)
        program.states = list(program.entries.values())
        read = {program.storage(id) for instruction in live(program) for id in instruction.refs()}
        program.expected = [
            Expected(place, array, program.entries.get(place) in read) for place, array in self.found.items()
        ]
        program.setups = [SameSetup(optimizer) for optimizer in self.state.found(Optimizer)]
        counts = [(owner, name, getattr(owner, name) - value) for owner, name, value in self.counts]
        program.changes = [change for change in counts if change[2]]

    def _note_results(self, result: Any, arguments: list[Any]) -> list[Any]:
        program, results = self.program, leaves(result)
        program.results = [_ref(x) for x in results]
        program.form = map_tree(lambda x: isinstance(x, Variable), result)
        program.links = Links(results, arguments, self.state.found(Variable))
        program.links.draws = any(instruction.lasting for instruction in program.instructions)
        return [_plain(x) for x in results]


class TracedSettings:
    """What holds for a parameter in the next update, as numbers that are read at each call.

    Parameters for which the same holds share their numbers.
    """

    def __init__(self, recorder: Recorder, known: dict[Any, TracedNumber], optimizer: Any, param: Any):
        self._recorder, self._known, self._optimizer, self._param = recorder, known, optimizer, param
        self._settings = type(optimizer).of(optimizer, param)

    def __getattr__(self, name: str) -> Any:
        settings = self._settings
        overrides = tuple(sorted((key, id(value)) for key, value in settings._overrides.items()))
        if name == "weight_decay" and name not in settings._overrides and len(self._param.expected_shape) < 2:
            return 0.0  # it is spared, now and later
        key = (id(self._optimizer), name, overrides, settings.t if name == "t" else 0)
        if key not in self._known:
            self._known[key] = self._number(name)
        return self._known[key]

    def _number(self, name: str) -> Any:
        memory = self._optimizer.state[self._param]
        if name == "t":
            steps: Any = self._recorder.attribute(memory, "t")
            return steps + 1
        is_own = not memory.overrides  # groups are the same at each replay, so it stays the optimizer's own
        owner = self._optimizer if is_own else CurrentSettings(self._optimizer, self._param)
        return self._recorder.attribute(owner, name)


class CurrentSettings:
    """Reads what holds for a parameter in the next update, whenever it is asked."""

    def __init__(self, optimizer: Any, param: Any):
        self._optimizer, self._param = optimizer, param

    def __getattr__(self, name: str) -> Any:
        return getattr(type(self._optimizer).of(self._optimizer, self._param), name)


def refuse_device(array: Any, what: str) -> None:
    """Refuse an array that NumPy does not compute with."""
    if is_array(array) and not isinstance(array, (np.ndarray, Traced)):
        raise DeviceError(
            f"compile: works on the CPU alone so far, but {what} is on {device_name(array)}; use to_cpu()"
        )


def _ref(x: Any) -> Any:
    x = getattr(x, "_data", x)
    return Ref(x.id) if isinstance(x, (Traced, TracedNumber)) else x


def _plain(x: Any) -> Any:
    """A result for the caller, in memory of its own."""
    if isinstance(x, Variable):
        return constant(_plain(x._data))
    if isinstance(x, Traced):
        return x.value.copy()
    return x.value if isinstance(x, TracedNumber) else x
