"""A graph as the text of a trace: JSON with the same bytes for the same graph. `docs/trace.md` describes it."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from typing import Any

from rung.picture.graph import Graph

FORMAT, VERSION = "rung-trace", 1
LISTS = ("ops", "files", "scopes", "values", "calls", "passes", "events", "groups")

_names: dict[type, list[tuple[str, str]]] = {}  # of the fields of a class: here, and in a trace


def to_json(graph: Graph) -> str:
    """The text: one line for each call, value, event …, so that two of them can be compared line by line."""
    parts = [f'"format":"{FORMAT}","version":{VERSION},"title":{_text(graph.title)},"rung":{_text(graph.rung)}']
    for name in LISTS:
        lines = ",\n".join(_text(plain(each)) for each in getattr(graph, name))
        parts.append(f'"{name}":[\n{lines}]' if lines else f'"{name}":[]')
    for name in ("memory", "outputs", "error"):
        parts.append(f'"{name}":{_text(plain(getattr(graph, name)))}')
    return "{" + ",\n".join(parts) + "}\n"


def plain(x: Any) -> Any:
    """A part of a graph as the dicts and lists of JSON, in which numbers that are none are texts.

    >>> plain([1.0, float("nan"), float("-inf")])
    [1.0, 'NaN', '-Infinity']
    """
    if isinstance(x, float):
        return x if math.isfinite(x) else "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"
    if isinstance(x, (list, tuple)):
        return [plain(part) for part in x]
    if isinstance(x, dict):
        return x
    if hasattr(x, "__dataclass_fields__"):
        optional = type(x).__name__ == "Event"  # what an event is says which fields it has
        pairs = [(name, plain(getattr(x, attribute))) for attribute, name in _fields(type(x))]
        return {name: value for name, value in pairs if value is not None or not optional}
    return x


def _fields(kind: type) -> list[tuple[str, str]]:
    if kind not in _names:
        names = [each.name for each in fields(kind)]
        _names[kind] = [(name, name.removesuffix("_")) for name in names]
    return _names[kind]


def _text(x: Any) -> str:
    return json.dumps(x, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
