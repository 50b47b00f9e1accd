"""Where the time of a compiled step goes, line by line of its source."""

from __future__ import annotations

import inspect
import time
from typing import Any

import numpy as np


class Lines:
    """The generated function of a compiled step, with a clock after every line."""

    def __init__(self, emitted: Any):
        lines = emitted.source[emitted.source.index("def run(") :].replace("\n        ", "\0    ").splitlines()[1:]
        self.texts = [line.replace("\0", "\n    ") for line in lines]  # each with what is indented below it
        self.taken = [0.0] * len(self.texts)
        names = dict(inspect.unwrap(emitted.run).__globals__) | {"tick": self._tick}
        body = "".join(f"{text}\n    tick({i})\n" for i, text in enumerate(self.texts))
        exec("def run(inputs):\n" + body, names)
        self._run, self.calls = np.errstate(all="ignore")(names["run"]), 0

    @classmethod
    def watch(cls, compiled: Any) -> Lines:
        """Look on at every further call of a compiled function, for the arguments that it was last compiled for."""
        replay = [replay for replay in compiled._replays.values() if replay.emitted is not None][-1]
        replay.emitted.run = lines = cls(replay.emitted)
        return lines

    def __call__(self, *args: Any) -> Any:
        self.calls, self._before = self.calls + 1, time.perf_counter()
        return self._run(*args)

    def _tick(self, line: int) -> None:
        self.taken[line] += time.perf_counter() - self._before
        self._before = time.perf_counter()

    def table(self, count: int, width: int = 110) -> str:
        """The lines that took longest, in milliseconds of one call."""
        order = sorted(range(len(self.texts)), key=self.taken.__getitem__, reverse=True)
        each = [
            f"{1e3 * self.taken[i] / self.calls:9.4f}  {self.texts[i].strip().splitlines()[0][:width]}"
            for i in order[:count]
        ]
        return "\n".join([f"{1e3 * sum(self.taken) / self.calls:9.4f}  all {len(self.texts)} lines", *each])
