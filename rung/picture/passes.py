"""What a backward pass does: which nodes it visits, which gradients arrive where, and what waits in the queue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rung.core.variable import Variable
from rung.picture.arrays import describe_array
from rung.picture.graph import Array, Arrival, Event

if TYPE_CHECKING:
    from rung.picture.recorder import Recorder


class SilentPass:
    """A pass over what stands for arrays, such as one example inside `vmap`: there is nothing to look at."""

    plain = False
    place = visiting = None

    def visit(self, node: Any, *arguments: Any) -> list[tuple[Any, Any]]:
        """Not shown."""
        return node.pull(*arguments)  # type: ignore[no-any-return]

    def arrived(self, arrivals: Iterable[tuple[Any, Any]], waiting: dict[Any, Any], found: Any) -> None:
        """Not shown."""

    def failed(self) -> None:
        """Not shown."""

    def ended(self) -> None:
        """Not shown."""


class PassRecorder:
    """Writes one pass into the graph: an event when it begins, one for each visit, one when it ends.

    The event of a visit is written when its gradients have arrived, behind the calls that its derivative made.
    """

    def __init__(self, recorder: Recorder, place: int, plain: bool):
        self.place: int | None = place
        self.plain = plain
        self.visiting: int | None = None  # the call whose derivative runs
        self._recorder = recorder
        self._targeted = False  # after the gradients of some variables, and not of all leaves
        self._reached: set[int] = set()  # values that have a gradient in this pass already
        self._queue: set[int] = set()  # the calls that wait
        self._gradients: dict[int, int] = {}  # of a value, the value that is its gradient

    def visit(self, node: Any, *arguments: Any) -> list[tuple[Any, Any]]:
        """Run the derivative of a node."""
        self.visiting = self._recorder.builder.call_of(node)
        self._queue.discard(self.visiting)
        if not self._targeted:  # gradients are added to those that earlier passes left on leaves
            leaves = [edge for edge in node.edges if edge.creator is None and getattr(edge, "grad", None) is not None]
            self._reached.update(map(self._recorder.builder.values.of_record, leaves))
        return node.pull(*arguments)  # type: ignore[no-any-return]

    def arrived(self, arrivals: Iterable[tuple[Any, Any]], waiting: dict[Any, Any], found: Any) -> None:
        """Gradients have arrived where they belong."""
        self._targeted = found is not None
        records = {self._recorder.builder.values.of_record(record): record for record, _ in arrivals}
        noted, pushed = [self._note_arrival(*arrival) for arrival in arrivals], self._pushed(records, waiting)
        what = "backward" if self.visiting is None else "visit"
        self._recorder.add_event(Event(what, self.visiting, self.place, noted, pushed))
        alone = {arrival.value: arrival.array for arrival in noted if not arrival.sum}
        for arrival in noted:
            if arrival.sum:
                alone.pop(arrival.value, None)
        for value, record in records.items():
            whole = whole_gradient(record, waiting, found)
            if whole is not None:
                self._note_gradient(value, whole, alone.get(value))

    def failed(self) -> None:
        """An exception ended the pass."""
        if self._recorder.failed_call is None:
            self._recorder.failed_call = self.visiting

    def ended(self) -> None:
        """The queue is empty."""
        self._recorder.add_event(Event("end", pass_=self.place))

    def _note_arrival(self, record: Any, gradient: Any) -> Arrival:
        value = self._recorder.builder.values.of_record(record)
        arrival = Arrival(value, describe_array(getattr(gradient, "_data", gradient)), value in self._reached)
        self._reached.add(value)
        return arrival

    def _pushed(self, records: dict[int, Any], waiting: dict[Any, Any]) -> list[int]:
        """The calls that are in the queue now and were not; one whose makers the pass is not after does not come."""
        makers = [record.creator for record in records.values() if record.creator in waiting]
        calls = [call for call in map(self._recorder.builder.call_of, makers) if call not in self._queue]
        self._queue.update(calls)
        return list(dict.fromkeys(calls))

    def _note_gradient(self, value: int, whole: Any, known: Array | None) -> None:
        recorder = self._recorder
        array = getattr(whole, "_data", whole)
        recorder.graph.values[value].gradients.append((recorder.event, known or describe_array(array)))
        if not self.plain:
            self._name_gradient(value, whole)
        recorder.see_gradient(array, value)

    def _name_gradient(self, value: int, whole: Any) -> None:
        """The whole gradient is a value itself; what it was before others were added is not its gradient any more."""
        values = self._recorder.graph.values
        gradient = self._recorder.builder.value_of(whole, self._recorder.scopes.current)
        before = self._gradients.get(value)
        if before is not None and values[before].gradient_of == value:
            values[before].gradient_of = None
        if values[gradient].gradient_of is None:
            values[gradient].gradient_of = value
        self._gradients[value] = gradient
        if isinstance(whole, Variable):
            self._recorder.memory.see_handle(whole)


def whole_gradient(record: Any, waiting: dict[Any, Any], found: Any) -> Any:
    """The gradient of a variable as far as it has come."""
    if record.creator in waiting:
        return waiting[record.creator][0][record.index]
    return record.grad if found is None else found.get(record)
