"""A table of what a model is made of: layers, shapes, parameters, memory, and the work of one forward pass."""

from __future__ import annotations

from typing import Any, NamedTuple

from rung.config import current_mode, mode
from rung.core.meter import Meter
from rung.tables import size, table
from rung.trees import leaves


class Row(NamedTuple):
    """One call of a layer."""

    path: str
    kind: str
    shape: str
    parameters: int
    parameter_bytes: int
    output_bytes: int
    multiply_adds: int


class Summary:
    """The rows of a table, and their totals. Printing it prints the table.

    Attributes:
        rows: one for each call of a layer, in the order of the calls; parameters count where they were first met.
        parameters: how many numbers are learnt, and `parameter_bytes` their memory.
        output_bytes: the memory of what the layers without layers inside returned.
        multiply_adds: of all matrix products and convolutions of one forward pass.
    """

    def __init__(self, rows: list[Row], multiply_adds: int, output_bytes: int):
        self.rows = rows
        self.multiply_adds = multiply_adds
        self.output_bytes = output_bytes
        self.parameters = sum(row.parameters for row in rows)
        self.parameter_bytes = sum(row.parameter_bytes for row in rows)

    def __repr__(self) -> str:
        head = ("layer", "output", "parameters", "multiply-adds")
        names = _names([row.path for row in self.rows])
        lines = [
            (f"{name}{row.kind}", row.shape, f"{row.parameters:,}", f"{row.multiply_adds:,}")
            for name, row in zip(names, self.rows, strict=True)
        ]
        foot = ("total", "", f"{self.parameters:,}", f"{self.multiply_adds:,}")
        memory = f"memory: parameters {size(self.parameter_bytes)}, outputs {size(self.output_bytes)}"
        return f"{table(head, lines, [foot], left=2)}\n{memory}"


def _names(paths: list[str]) -> list[str]:
    """What is left of each path behind that of the layer around it, indented by how deep it lies."""
    names = []
    for path in paths:
        around = sorted({other for other in paths if other != path and (not other or path.startswith(f"{other}."))})
        own = path.removeprefix(max(around, key=len, default="")).removeprefix(".")
        names.append("  " * len(around) + (f"{own}: " if own else ""))
    return names


def summarize(model: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Summary:
    """Run the model once, with a hook on every layer; without inputs, only look at it."""
    meter, recorder = Meter(), _Recorder(model)
    if not inputs and not options:
        for path, layer in model.named_layers():
            recorder.note(path, layer, "", 0, 0)
        return Summary(recorder.rows, 0, 0)
    handles = []
    for path, layer in model.named_layers():
        handles.append(layer.add_forward_hook(recorder.before(path, meter), before=True))
        handles.append(layer.add_forward_hook(recorder.after(path, meter)))
    try:
        with mode(enable_backprop=False, train=False, passes=(*current_mode().passes, meter)):
            model(*inputs, **options)
    finally:
        for handle in handles:
            handle.remove()
    return Summary(recorder.rows, meter.multiply_adds, recorder.output_bytes)


class _Recorder:
    """Notes the calls of layers as they begin, and what came of them as they end."""

    def __init__(self, model: Any):
        self.rows: list[Row] = []
        self.output_bytes = 0
        self._open: list[tuple[int, int]] = []  # the row of each call under way, and the meter when it began
        self._counted: set[int] = set()

    def before(self, path: str, meter: Meter) -> Any:
        def hook(layer: Any, inputs: Any) -> None:
            self._open.append((len(self.rows), meter.multiply_adds))
            self.rows.append(Row(path, type(layer).__name__, "", 0, 0, 0, 0))

        return hook

    def after(self, path: str, meter: Meter) -> Any:
        def hook(layer: Any, inputs: Any, outputs: Any) -> None:
            place, started = self._open.pop()
            arrays = [y for y in leaves(outputs) if hasattr(y, "shape")]
            shape = ", ".join(str(tuple(y.shape)) for y in arrays)
            total = sum(y.size * y.dtype.itemsize for y in arrays)
            if place == len(self.rows) - 1:  # no layer inside was called
                self.output_bytes += total
            self.note(path, layer, shape, total, meter.multiply_adds - started, place)

        return hook

    def note(self, path: str, layer: Any, shape: str, output_bytes: int, multiply_adds: int, place: int = -1) -> None:
        """Write a row: anew, or in the place that was kept for it."""
        own = [p for p in vars(layer).values() if hasattr(p, "is_sized") and id(p) not in self._counted]
        learnt = [p for name, p in layer.named_params() if "." not in name and id(p) not in self._counted]
        self._counted.update(map(id, own))
        sized = [p for p in learnt if p.is_sized]
        row = Row(path, type(layer).__name__, shape, sum(p.size for p in sized), sum(p.nbytes for p in sized),
                  output_bytes, multiply_adds)  # fmt: skip
        if place < 0:
            self.rows.append(row)
        else:
            self.rows[place] = row
