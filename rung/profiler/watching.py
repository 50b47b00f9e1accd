"""The watcher that takes the time, counts, and follows the arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from rung.core.node import RELEASED
from rung.core.parameter import Parameter
from rung.core.variable import Variable
from rung.picture.passes import whole_gradient
from rung.profiler.costs import (
    BACKWARD,
    COMPILED,
    ENGINE,
    FORWARD,
    IN_BACKWARD,
    LAYERS,
    UPDATE,
    Cost,
    Key,
    work_of_call,
    work_of_derivative,
)
from rung.profiler.graphs import Graphs, Steps
from rung.profiler.layers import LayerRow, LayerTree
from rung.profiler.ledger import GRADIENTS, OTHERS, PARAMETERS, PLANNED, STATE, Holder, Ledger, Moment, Piece
from rung.profiler.places import here
from rung.profiler.stopwatch import Span, Stopwatch, Within
from rung.profiler.trace import Trace
from rung.shapes import Shape


class Watching:
    """Is told what happens (see `rung.core.watch`) and writes it down, while the stopwatch stands still."""

    def __init__(self, events: int):
        self.costs: dict[Key, Cost] = {}
        self.layers = LayerTree()
        self.ledger = Ledger()
        self.graphs = Graphs()
        self.steps = Steps()
        self.moment = 0  # how many ops and derivatives ran
        self.depth = 0  # how many derivatives are under way
        self.data = Holder(OTHERS, "", self.layers.root)
        self.watch = Stopwatch(self.layers.root)
        self.trace = Trace(events, self.watch.began)

    # What a watcher is told --------------------------------------------------------------------------------------

    def calls(self, op: Any) -> None:
        """A function is about to be called."""
        self.watch.pause()
        self._push(op.name)
        self.watch.resume()

    def called(self, op: Any, inputs: tuple[Any, ...], outputs: Any) -> None:
        """A function was called."""
        ys = outputs if isinstance(outputs, tuple) else (outputs,)
        self.watch.heed(ys[0]._data)
        self.watch.pause()
        span = self.watch.open.pop()
        shapes = tuple([tuple(getattr(x, "shape", ())) for x in inputs])
        cost = self.charge(span, shapes, work_of_call(op, shapes))
        place = here() if self.layers.is_outside else ""
        self._see_inputs(inputs, span.layer)
        self.see(
            [y._data for y in ys], Holder(GRADIENTS if self.depth else OTHERS, span.name, span.layer), cost, place
        )
        node = ys[0]._record.creator
        if node is not None:
            self.graphs.note(node, span.name, span.layer, self.moment, place)
            for array in node.saved or ():
                self.ledger.save(array, span.name, span.layer)
        self.note_peak(span)
        self.watch.resume()

    def failed(self, op: Any, inputs: tuple[Any, ...]) -> None:
        """A call raised an exception."""
        self.watch.pause()
        self.charge(self.watch.open.pop())
        self.watch.resume()

    def backward(self, roots: Sequence[tuple[Any, Any]], plain: bool) -> Within:
        """A backward pass runs."""
        self.watch.pause()
        self.watch.push(ENGINE, "", self.watch.open[-1].layer)
        this = PassWatching(self, plain)
        return Within(self.watch, partial(self._passed, this, plain), this)

    def layer(self, layer: Any) -> Within:
        """A call of a layer runs."""
        self.watch.pause()
        self._push(LAYERS, self.layers.enter(layer))
        return Within(self.watch, self._left)

    def update(self, optimizer: Any) -> Within:
        """An optimizer steps its parameters."""
        self.watch.pause()
        self.watch.push(UPDATE, "", self.watch.open[-1].layer)
        return Within(self.watch, partial(self._updated, optimizer))

    def compiled(self, function: Any) -> Within:
        """A compiled function runs, and nothing of it is seen."""
        self.watch.pause()
        self.watch.push(getattr(function, "__name__", "function"), COMPILED, self.watch.open[-1].layer)
        return Within(self.watch, partial(self._replayed, function))

    # When a span has ended -----------------------------------------------------------------------------------------

    def charge(self, span: Span, shapes: tuple[Shape, ...] = (), multiply_adds: int = 0) -> Cost:
        """Write down what a span took; the bytes that were made in it are still to come."""
        self.moment += 1
        key = Key(span.name, span.direction, span.layer, shapes)
        cost = self.costs.get(key)
        if cost is None:
            cost = self.costs[key] = Cost()
        cost.calls += 1
        cost.seconds += span.seconds
        cost.multiply_adds += multiply_adds
        self.trace.add(span, self.watch.now, self.ledger.total)
        return cost

    def _passed(self, this: PassWatching, plain: bool, span: Span) -> None:
        self.charge(span).bytes += this.sums.bytes
        if plain and not self.depth:  # a derivative that can be differentiated is no end
            self.steps.passes.append(self.moment)

    def _left(self, span: Span) -> None:
        self.charge(span)
        self.layers.leave()
        if self.layers.is_outside and not self.depth:
            self.steps.calls.append(self.moment)

    def _updated(self, optimizer: Any, span: Span) -> None:
        self.charge(span)
        self.steps.updates.append(self.moment)
        for parameter, memory in getattr(optimizer, "state", {}).items():
            for array in getattr(memory, "arrays", {}).values():
                self.ledger.see(array, Holder(STATE, type(optimizer).__name__, self.layers.root))
            self.ledger.see(parameter._data, Holder(PARAMETERS, "", self.layers.root))
        self.note_peak(span)

    def _replayed(self, function: Any, span: Span) -> None:
        self.charge(span)
        self.steps.calls.append(self.moment)
        self.ledger.hold(Holder(PLANNED, span.name, span.layer), function.planned_bytes)
        self.note_peak(span)

    # Arrays --------------------------------------------------------------------------------------------------------

    def see(self, arrays: Iterable[Any], holder: Holder, cost: Cost, place: str = "") -> None:
        """Arrays came out of something: what is new in memory was made by it."""
        for array in arrays:
            piece = self.ledger.see(array, holder, self.moment, place)
            if piece is not None:
                cost.bytes += piece.bytes

    def _see_inputs(self, inputs: tuple[Any, ...], layer: LayerRow) -> None:
        for x in inputs:
            if isinstance(x, Parameter):
                self.ledger.see(x._data, Holder(PARAMETERS, "", layer))
                self.ledger.see(getattr(x._record.grad, "_data", x._record.grad), Holder(GRADIENTS, "", layer))
            else:
                self.ledger.see(x._data if isinstance(x, Variable) else x, self.data)

    def _push(self, name: str, layer: LayerRow | None = None) -> None:
        direction = IN_BACKWARD if self.depth else FORWARD
        self.watch.push(name, direction, layer or self.watch.open[-1].layer)

    def note_peak(self, span: Span) -> None:
        """Something was made in this span."""
        if self.ledger.total > self.ledger.peak:
            seconds = self.watch.now - self.watch.began
            self.ledger.note_peak(Moment(seconds, span.name, span.direction, span.layer.path))

    def stop(self) -> None:
        """The block is over."""
        self.watch.pause()
        self.charge(self.watch.open[0])

    def close(self) -> None:
        """Follow nothing any more."""
        self.ledger.close()
        self.graphs.close()


class PassWatching:
    """Is told what one backward pass does."""

    def __init__(self, watching: Watching, plain: bool):
        self.sums = Cost()
        self._watching = watching
        self._plain = plain
        self._maker = Holder(GRADIENTS, ENGINE, watching.watch.open[-1].layer)  # of the gradients that came last
        self._node: Any = None  # the one that was visited last
        self._saved: list[Piece] = []  # and what it had saved

    def visit(self, node: Any, *arguments: Any) -> list[tuple[Any, Any]]:
        """Run the derivative of a node; it belongs to the layer that made the node."""
        watching, arrivals = self._watching, []
        watching.watch.pause()
        made = watching.graphs.of(node)
        layer = watching.watch.open[-1].layer if made is None else made.layer
        self._maker = Holder(GRADIENTS, node.op.name, layer)
        self._node, self._saved = node, watching.ledger.saved(node.saved)
        watching.watch.push(node.op.name, BACKWARD, layer)
        watching.depth += 1
        watching.watch.resume()
        try:
            arrivals = node.pull(*arguments)
        finally:
            watching.watch.pause()
            watching.depth -= 1
            self._visited(node, watching.watch.open.pop(), arrivals)
            watching.watch.resume()
        return arrivals

    def _visited(self, node: Any, span: Span, arrivals: list[tuple[Any, Any]]) -> None:
        shapes = tuple([tuple(edge.shape) for edge in node.edges])
        work = work_of_derivative(node) if self._plain else 0  # otherwise its ops are counted themselves
        cost = self._watching.charge(span, shapes, work)
        self._watching.see([getattr(gradient, "_data", gradient) for _, gradient in arrivals], self._maker, cost)
        self._watching.note_peak(span)

    def arrived(self, arrivals: Iterable[tuple[Any, Any]], waiting: dict[Any, Any], found: Any) -> None:
        """Gradients have arrived where they belong, and the node may have let go of what it had saved."""
        watching = self._watching
        watching.watch.pause()
        for record, gradient in arrivals:
            whole = whole_gradient(record, waiting, found)
            watching.see([getattr(x, "_data", x) for x in (gradient, whole)], self._maker, self.sums)
        if self._node is not None and self._node.saved is RELEASED:
            watching.ledger.release(self._saved)
        self._node, self._saved = None, []
        watching.note_peak(watching.watch.open[-1])
        watching.watch.resume()
