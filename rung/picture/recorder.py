"""`record`: what a program does while a block runs, as a graph.

A recorder is a watcher (see `rung.core.watch`) that belongs to the context, as every mode does: other threads do not
see it. It looks at arrays as they pass and keeps none.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rung.config import current_mode, mode
from rung.core.batch import BatchedArray, BatchPass
from rung.core.record import next_serial
from rung.core.variable import Variable
from rung.cuda import has_readable_values
from rung.dtypes import REAL_KINDS
from rung.picture.building import Builder
from rung.picture.contents import Contents
from rung.picture.graph import Event, Failure, Graph, Pass
from rung.picture.groups import add_groups
from rung.picture.memory import MemoryLog
from rung.picture.passes import PassRecorder, SilentPass
from rung.picture.scopes import Scopes
from rung.picture.sources import Sources


@contextmanager
def record(title: str = "", seconds: bool = False) -> Iterator[Graph]:
    """See what functions, layers, backward passes and updates of parameters a block runs, as a graph.

    The graph fills while the block runs and is complete at its end, also where an exception ends it, which passes
    on. Inside another recording, the inner one sees what happens in its block, and the outer one does not.

    Args:
        title: for pictures.
        seconds: note when each event was. Without times, the same program gives the same graph.

    >>> import rung
    >>> x = rung.Variable(3.0, name="x")
    >>> with record() as graph:
    ...     y = x ** 2
    ...     y.backward()
    >>> [event.what for event in graph.events]
    ['call', 'backward', 'visit', 'end']
    >>> [array.values for _, array in graph.values[0].gradients]
    [6.0]
    """
    recorder = Recorder(title, seconds)
    try:
        with mode(watcher=recorder):
            yield recorder.graph
    except BaseException as error:
        recorder.note_error(error)
        raise
    finally:
        recorder.finish()


class Recorder:
    """Writes into a graph what it is told."""

    def __init__(self, title: str, seconds: bool):
        self.graph = Graph(str(title or ""), _on_step=self.step)
        self.builder = Builder(self.graph, next_serial())
        self.contents = Contents(self.graph.values)
        self.memory = MemoryLog(self.graph.memory)
        self.scopes = Scopes(self.graph.scopes)
        self.passes: list[PassRecorder | SilentPass] = []  # those under way, the innermost last
        self.failed_call: int | None = None  # the call that raised, if nothing has happened since
        self._failed_scope: int | None = None  # likewise, the innermost layer that an exception has left
        self._sources = Sources(self.graph.files)
        self._clock = time.perf_counter() if seconds else None
        self._iteration = 1
        self._steps_by_hand = False
        self._walked_back = self._updated = False  # in this iteration

    # What a watcher is told --------------------------------------------------------------------------------------

    def calls(self, op: Any) -> None:
        """Not shown: what was computed is."""

    def called(self, op: Any, inputs: tuple[Any, ...], outputs: Any) -> None:
        """A function was called."""
        if self._is_hidden():
            return
        ys = outputs if isinstance(outputs, tuple) else (outputs,)
        place = self._add_call(op, inputs)
        call = self.graph.calls[place]
        self.builder.add_outputs(place, [y._record for y in ys])
        if ys[0]._record.creator is not None:
            self.builder.connect(place, ys[0]._record.creator)
        call.multiply_adds = _multiply_adds(op, inputs)
        for y, value in zip(ys, call.outputs, strict=True):
            self._see(y, value)

    def failed(self, op: Any, inputs: tuple[Any, ...]) -> None:
        """A call raised an exception."""
        if not self._is_hidden():
            self.failed_call = place = self._add_call(op, inputs)
            self.graph.calls[place].failed = True

    @contextmanager
    def backward(self, roots: Sequence[tuple[Any, Any]], plain: bool) -> Iterator[Any]:
        """A backward pass runs."""
        this = self._begin_pass(roots, plain)
        self.passes.append(this)
        try:
            yield this
        except BaseException:
            this.failed()
            raise
        finally:
            self.passes.pop()
        this.ended()
        self._walked_back = self._walked_back or not self.passes

    @contextmanager
    def layer(self, layer: Any) -> Iterator[None]:
        """A call of a layer runs."""
        self.scopes.enter(layer)
        try:
            yield
        except BaseException:
            if self._failed_scope is None:
                self._failed_scope = self.scopes.current
            raise
        finally:
            self.scopes.leave()

    @contextmanager
    def update(self, optimizer: Any) -> Iterator[None]:
        """An optimizer writes to parameters that have a gradient."""
        yield
        for parameter in optimizer.state:
            is_stepped = parameter.trainable and parameter._record.grad is not None
            if is_stepped and self.builder.values.knows(parameter._record):
                self._note_update(self.builder.values.of(parameter), parameter._data)

    def compiled(self, function: Any) -> None:
        """A compiled function is shown as if it were not."""

    # Iterations ---------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """An iteration begins, says the program."""
        self._steps_by_hand = True
        if self.graph.events:
            self._begin_iteration()
        else:
            self.add_event(Event("step", number=self._iteration))

    def _begin_iteration(self) -> None:
        self._iteration += 1
        self._walked_back = self._updated = False
        self.add_event(Event("step", number=self._iteration))

    def _note_update(self, value: int, array: Any) -> None:
        self.add_event(Event("update", value=value))
        self.contents.look(value, array, self.event)
        self._updated = self._walked_back

    # Writing down ---------------------------------------------------------------------------------------------------

    @property
    def event(self) -> int:
        """The place of the event that is under way."""
        return len(self.graph.events) - 1

    def add_event(self, event: Event) -> None:
        """Something has happened."""
        if self._clock is not None:
            event.seconds = round(time.perf_counter() - self._clock, 6)
        self.failed_call = self._failed_scope = None
        self.graph.events.append(event)
        self.memory.begin(self.event)

    def see_gradient(self, gradient: Any, value: int) -> None:
        """A gradient of a value takes memory."""
        if _is_readable(gradient):
            self.memory.see(gradient, "gradient", value)

    def _add_call(self, op: Any, inputs: tuple[Any, ...]) -> int:
        builder, scope = self.builder, self.scopes.current
        places = [builder.value_of(x, scope) for x in inputs]
        self._note_writes(inputs, places)
        if self._updated and current_mode().enable_backprop and not self._steps_by_hand and not self.passes:
            self._begin_iteration()
        place = builder.add_call(op, places, scope)
        call = self.graph.calls[place]
        call.source = self._sources.here()
        if self.passes:
            call.pass_, call.derives = self.passes[-1].place, self.passes[-1].visiting
        self.add_event(Event("call", call=place))
        for x, value in zip(inputs, places, strict=True):
            self._see(x, value)
        return place

    def _note_writes(self, inputs: tuple[Any, ...], places: list[int]) -> None:
        """Leaves that were written to since they were last looked at were updated, by whomever."""
        for x, value in zip(inputs, places, strict=True):
            if isinstance(x, Variable) and self.contents.is_rewritten(value, x._data):
                self._note_update(value, x._data)

    def _see(self, x: Any, value: int) -> None:
        """An array is there: what it holds, the memory that it takes, and the program's hold on it."""
        array = getattr(x, "_data", x)
        if not _is_readable(array):
            return
        kind = self.graph.values[value].kind
        self.contents.look(value, array, self.event, x)
        self.memory.see(array, self._memory_kind(value, kind), value)
        if isinstance(x, Variable) and (kind == "result" or not self.passes):
            self.memory.see_handle(x)

    def _memory_kind(self, value: int, kind: str) -> str:
        if kind in ("parameter", "buffer"):
            return "parameter"
        maker = self.graph.values[value].maker
        in_pass = maker is not None and self.graph.calls[maker].pass_ is not None
        return "gradient" if in_pass else "data"

    def _is_hidden(self) -> bool:
        """Whether a plain pass is computing: it works on arrays, and what a derivative calls is its own affair."""
        return bool(self.passes) and self.passes[-1].plain and not current_mode().enable_backprop

    def _begin_pass(self, roots: Sequence[tuple[Any, Any]], plain: bool) -> PassRecorder | SilentPass:
        if any(self._is_of_examples(*root) for root in roots):
            return SilentPass()
        scope = self.scopes.current
        for record, _ in roots:
            if not self.builder.values.knows(record) and record.creator is not None:
                self.builder.adopt([record.creator], [record], scope)
        self.graph.passes.append(Pass(self.builder.values.of_record(roots[0][0], scope), not plain))
        return PassRecorder(self, len(self.graph.passes) - 1, plain)

    def _is_of_examples(self, record: Any, seed: Any) -> bool:
        """Whether a pass would start from something that differs from example to example, inside of `vmap`."""
        unknown = not self.builder.values.knows(record)
        batched = any(isinstance(each, BatchPass) for each in current_mode().passes)
        return (unknown and batched) or isinstance(getattr(seed, "_data", seed), BatchedArray)

    # The end --------------------------------------------------------------------------------------------------------

    def note_error(self, error: BaseException) -> None:
        """An exception ends the block."""
        call, scope = self.failed_call, self._failed_scope
        self.add_event(Event("error"))
        self.graph.error = Failure(type(error).__name__, _message(error), call, scope, self._sources.of_error(error))

    def finish(self) -> None:
        """The block is over: what is only known now."""
        for value, variable in self.contents.rewritten():
            self._note_update(value, variable._data)
        self.memory.close()
        self.builder.values.take_names()
        self.builder.put_in_order()
        self.graph.outputs = self._outputs()
        self.graph._on_step = None
        add_groups(self.graph)

    def _outputs(self) -> list[int]:
        """The roots of backward passes; without any, what calls have made of which nothing was used."""
        roots = dict.fromkeys(each.root for each in self.graph.passes)
        if roots:
            return list(roots)
        used = {value for call in self.graph.calls for value in call.inputs}
        return [value for call in self.graph.calls if used.isdisjoint(call.outputs) for value in call.outputs]


def _is_readable(array: Any) -> bool:
    return has_readable_values(array) and array.dtype.kind in REAL_KINDS


def _message(error: BaseException) -> str:
    """What an exception says; nothing if it cannot say it, for it must pass on as it is."""
    try:
        return str(error)
    except Exception:
        return ""


def _multiply_adds(op: Any, inputs: tuple[Any, ...]) -> int:
    try:
        return int(op.multiply_adds(*[tuple(getattr(x, "shape", ())) for x in inputs]))
    except Exception:  # of an op of the user's own: looking on must not fail
        return 0
