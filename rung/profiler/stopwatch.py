"""Whose each moment is."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np

from rung.cuda import get_array_module, synchronize
from rung.profiler.costs import OUTSIDE
from rung.profiler.layers import LayerRow


class Span:
    """A stretch of time that has begun: a call of an op or of a layer, a derivative, a pass, an update."""

    __slots__ = ("began", "direction", "layer", "name", "seconds")

    def __init__(self, name: str, direction: str, layer: LayerRow, began: float):
        self.name = name
        self.direction = direction
        self.layer = layer
        self.began = began
        self.seconds = 0.0  # without those of the spans inside


class Stopwatch:
    """Gives every moment to the innermost span that is open, or to whoever holds the watch.

    Attributes:
        open: the spans, the innermost last; the first is the program itself.
        own: the seconds between `pause` and `resume`.
    """

    def __init__(self, layer: LayerRow):
        self.began = self.now = time.perf_counter()
        self.open = [Span(OUTSIDE, "", layer, self.now)]
        self.own = 0.0
        self._device: Any = None  # the module of arrays that a device computes on its own time

    def pause(self) -> None:
        """The innermost span stands still."""
        if self._device is not None:
            synchronize(self._device)
        now = time.perf_counter()
        self.open[-1].seconds += now - self.now
        self.now = now

    def resume(self) -> None:
        """The innermost span goes on."""
        now = time.perf_counter()
        self.own += now - self.now
        self.now = now

    def push(self, name: str, direction: str, layer: LayerRow) -> None:
        """A span begins inside of the innermost one."""
        self.open.append(Span(name, direction, layer, self.now))

    def heed(self, array: Any) -> None:
        """From here on, wait for the device of this array whenever a span ends, if it has one."""
        if type(array) is not np.ndarray and self._device is None and hasattr(get_array_module(array), "cuda"):
            self._device = get_array_module(array)


class Within:
    """The context of a span that was pushed while the watch stood still.

    Args:
        result: what the context gives.
        ended: is called with the span when it has ended, while the watch stands still.
    """

    __slots__ = ("_ended", "_result", "_watch")

    def __init__(self, watch: Stopwatch, ended: Callable[[Span], Any], result: Any = None):
        self._watch = watch
        self._ended = ended
        self._result = result

    def __enter__(self) -> Any:
        self._watch.resume()
        return self._result

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.pause()
        self._ended(self._watch.open.pop())
        self._watch.resume()
