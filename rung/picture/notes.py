"""What is told about a box to who points at it."""

from __future__ import annotations

from typing import Any

from rung.picture import boxes
from rung.picture.graph import Call, Graph, Value
from rung.picture.text import drawable

KINDS = {
    "parameter": "parameter", "buffer": "buffer", "leaf": "variable", "result": "result", "data": "data",
    "number": "number",
}  # fmt: skip


def note_of(graph: Graph, kind: str, number: int) -> str:
    """A few lines about a value, a call or a group."""
    if kind == "value":
        lines = _of_value(graph, graph.values[number])
    elif kind == "call":
        lines = _of_call(graph, graph.calls[number])
    else:
        lines = boxes.group_lines(graph.groups[number], 0, True)
    return "\n".join(filter(None, lines))


def _of_value(graph: Graph, value: Value) -> list[str]:
    if value.kind == "number":
        return [f"number {drawable(value.name or '')}"]
    kind = "gradient" if value.gradient_of is not None else KINDS.get(value.kind, "")
    name = boxes.value_title(graph, value)
    return [f"{name}: {kind}" if name else kind, boxes.array_text(value), *_statistics(value)]


def _statistics(value: Value) -> list[str]:
    lines = [_numbers(array) for _, array in value.arrays[-1:]]
    return lines + [f"gradient: {_numbers(array)}" for _, array in value.gradients[-1:]]


def _numbers(array: Any) -> str:
    """What is known of an array, in a line; of a single number, that number."""
    faults = [f"{getattr(array, name)} {name}" for name in ("nan", "inf") if getattr(array, name)]
    if array.min is not None and array.min == array.max and not faults:
        return f"{array.min:.4g}"
    told = {name: getattr(array, name) for name in ("min", "max", "mean", "std", "norm")}
    return ", ".join([*faults, *(f"{name} {number:.4g}" for name, number in told.items() if number is not None)])


def _of_call(graph: Graph, call: Call) -> list[str]:
    op = graph.ops[call.op]
    options = ", ".join(f"{drawable(name)}={drawable(text)}" for name, text in call.options.items())
    source = "" if call.source is None else f"{drawable(graph.files[call.source[0]])}:{call.source[1]}"
    return [drawable(op.name), drawable(op.summary), *map(drawable, op.formula.splitlines()), options, source]
