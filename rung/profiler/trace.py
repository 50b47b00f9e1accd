"""What happened when, in the Trace Event Format that chrome://tracing and ui.perfetto.dev show."""

from __future__ import annotations

import json
from typing import Any

from rung.profiler.costs import BACKWARD, LAYERS, OUTSIDE
from rung.profiler.stopwatch import Span


class Trace:
    """Keeps the first spans that end, and how much memory there was then.

    Args:
        most: how many are kept.
        began: the time from which on others are counted.
    """

    def __init__(self, most: int, began: float):
        self.most, self.began = most, began
        self.left_out = 0
        self._events: list[tuple[str, str, str, float, float, int]] = []

    def add(self, span: Span, now: float, memory: int) -> None:
        """A span has ended now."""
        if len(self._events) < self.most:
            begin = span.began - self.began
            self._events.append((span.name, span.direction, span.layer.path, begin, now - span.began, memory))
        else:
            self.left_out += 1

    def to_json(self) -> str:
        """The text of a file, one event a line."""
        spans = [_span(*event) for event in self._events if event[0] != OUTSIDE]
        memory = [_memory(begin + lasted, size) for *_, begin, lasted, size in self._events]
        lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in [*spans, *memory])
        head = f'"displayTimeUnit": "ms", "otherData": {{"left out": {self.left_out}}}'
        return f'{{{head}, "traceEvents": [\n{lines}]}}\n'


def _span(name: str, direction: str, layer: str, begin: float, lasted: float, memory: int) -> dict[str, Any]:
    title = layer if name == LAYERS else f"{name} backward" if direction == BACKWARD else name
    return {
        "name": title, "cat": direction or "rest", "ph": "X", "pid": 1, "tid": 1,
        "ts": round(1e6 * begin, 3), "dur": round(1e6 * lasted, 3), "args": {"layer": layer},
    }  # fmt: skip


def _memory(when: float, size: int) -> dict[str, Any]:
    return {"name": "memory of arrays", "ph": "C", "pid": 1, "ts": round(1e6 * when, 3), "args": {"bytes": size}}
