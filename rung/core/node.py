"""A node of the graph: one call of a function, and how gradients pass through it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rung.config import current_mode
from rung.core.guard import SAVED, verify
from rung.core.record import Constant, Record, next_serial
from rung.core.variable import Variable, handle
from rung.dtypes import gradient_dtype
from rung.errors import FreedGraphError, ShapeError
from rung.shapes import Shape, summed_axes

RELEASED: Any = None


class Node:
    """One call of a function in the graph: its inputs' records, and the arrays that its derivatives read."""

    # `maker` is for rung.dezero alone: the function object that its user called.
    __slots__ = ("__weakref__", "edges", "maker", "op", "plan", "saved", "serial")
    maker: Any

    def __init__(self, op: Any, edges: Sequence[Any], plan: Any, saved: Any):
        self.op = op
        self.edges = edges
        self.plan = plan
        self.saved = saved  # a tuple of arrays; None once they were let go
        self.serial = next_serial()

    def __repr__(self) -> str:
        return f"<{self.op.name}>"

    def release(self) -> None:
        """Let the saved arrays go. A node that saved nothing may be passed again."""
        if self.saved:
            self.saved = RELEASED

    def pull(self, gys: list[Any], records: list[Any], plain: bool, path: set[Any] | None) -> list[tuple[Any, Any]]:
        """The gradients of the inputs, each with the record that it belongs to.

        Args:
            gys: the gradients of the outputs; None where none arrived.
            records: the records of the outputs, where known.
            plain: compute on arrays; otherwise on Variables.
            path: if given, only the gradients of records in it are computed.
        """
        if self.saved is RELEASED:
            raise FreedGraphError(
                f"{self.op.name}: its saved arrays were let go by an earlier backward pass; "
                "give that pass retain_graph=True to go through the same graph again"
            )
        if self.plan.saves:
            self.verify_saved(records)
        return self.op.pull(self, gys, records, plain, path)  # type: ignore[no-any-return]

    def saved_arrays(self, records: list[Any]) -> Iterator[tuple[Any, Any]]:
        """Each saved array with the record that it belongs to, as far as that is known; not the numbers."""
        edges = [self.edges[i] for i in self.plan.saved_inputs]
        yield from ((edge, x) for edge, x in zip(edges, self.saved, strict=False) if type(edge) is not Constant)
        rest = self.saved[len(self.plan.saved_inputs) :]
        yield from ((records[i], y) for i, y in zip(self.plan.saved_outputs, rest, strict=True) if records[i])

    def verify_saved(self, records: list[Any]) -> None:
        """Refuse to go on if a saved array was written to in the meantime."""
        for index in self.plan.saved_inputs:
            if self.edges[index].guard is not SAVED:
                return self._find_written(records)
        for index in self.plan.saved_outputs:
            record = records[index]
            if record is not None and record.guard is not SAVED:
                return self._find_written(records)

    def _find_written(self, records: list[Any]) -> None:
        for record, array in self.saved_arrays(records):
            if record.guard is not SAVED:
                verify(self, self._name_of(record), record, array)

    def _name_of(self, record: Any) -> str:
        if record not in self.edges:
            return "its result"
        index, names = self.edges.index(record), self.op.input_names
        return names[index] if index < len(names) else f"input {index}"  # type: ignore[no-any-return]

    def rebuilt(self, records: list[Any]) -> list[Any]:
        """The saved arrays as Variables in their places in the graph, so that derivatives can be recorded."""
        plan, values = self.plan, []
        for index, array in zip(plan.saved_inputs, self.saved, strict=False):
            edge = self.edges[index]
            values.append(edge.value if type(edge) is Constant else handle(array, edge))
        for index, array in zip(plan.saved_outputs, self.saved[len(values) :], strict=True):
            values.append(self._output(index, array, records[index]))
        return values

    def _output(self, index: int, array: Any, record: Record | None) -> Variable:
        if record is None:  # nobody held on to this output, but its derivative reads it
            record = Record(self, index, self.serial, array.shape, array.dtype, True)
            for each in current_mode().passes:
                each.restore(record)
        return handle(array, record)

    def fit(self, gradient: Any, edge: Record) -> Any:
        """Bring a gradient to the shape and dtype of its variable, or say whose fault it is that it cannot be."""
        if gradient.shape != edge.shape:
            if not self.op.broadcasts:
                raise ShapeError(
                    f"{self.op.name}: its derivative returned a gradient of shape {gradient.shape} "
                    f"for an input of shape {edge.shape}"
                )
            gradient = sum_to(gradient, edge.shape)
        dtype = gradient_dtype(edge.dtype)
        return gradient if gradient.dtype == dtype else gradient.astype(dtype)


def sum_to(gradient: Any, shape: Shape) -> Any:
    """Undo a broadcast: sum an array or a Variable over the axes that were stretched from `shape`."""
    axes = summed_axes(gradient.shape, shape)
    if len(axes) == gradient.ndim - len(shape):
        return gradient.sum(axis=axes)
    return gradient.sum(axis=axes, keepdims=True).reshape(shape)
