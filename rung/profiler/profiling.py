"""`profile`: where the time and the memory of a block go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rung.config import mode
from rung.errors import DTypeError, ValueRangeError, describe
from rung.files import write_atomically
from rung.profiler.leaks import Leaks, find_leaks
from rung.profiler.ops import OpTable, op_table
from rung.profiler.peak import Peak
from rung.profiler.process import most_bytes
from rung.profiler.report import as_dict
from rung.profiler.tree import LayerTable, layer_table
from rung.profiler.watching import Watching
from rung.tables import counted


@contextmanager
def profile(events: int = 100_000) -> Iterator[Profile]:
    """See where the time and the memory of a block go: by op and direction, by layer, at the peak of memory.

    Every moment belongs to the innermost of what is under way: an op, a derivative, a layer (its Python between the
    ops), a backward pass (its queue, and sums of gradients), an update, the program outside of all these (Python,
    data), or the profiler itself; so the times of a table add up to the time of the block. Arrays count with the op
    that made them, and views count nothing; what an op makes and throws away inside is not seen.

    A step is slower while it is looked at: each op and each derivative by 15 µs or more, most of which is told as the
    profiler's own (figures: docs/profiling.md). On a device, the end of every op is waited for.

    What is seen is what this thread does; of a compiled function, that it ran. Inside a recording or another profile,
    the inner one sees what happens in its block and the outer one does not. An exception passes on, and the profile
    is of what was done until then.

    Args:
        events: how many are kept for the file of a trace.

    Raises:
        DTypeError, ValueRangeError: events is no such number.

    >>> import numpy as np, rung
    >>> model = rung.models.MLP((100, 10))
    >>> with rung.profile() as profile:
    ...     loss = model(np.ones((20, 30), np.float32)).sum()
    ...     loss.backward()
    >>> sorted((row.direction, row.calls) for row in profile.by_op().rows if row.name == "linear")
    [('backward', 2), ('forward', 2)]
    >>> profile.by_layer()["layers.0"].forward.flops == 2 * 20 * 30 * 100
    True
    """
    if isinstance(events, bool) or not isinstance(events, int):
        raise DTypeError(f"profile: events must be an integer, but got {describe(events)}")
    if events < 0:
        raise ValueRangeError(f"profile: events must not be negative, but got {events}")
    found = Profile(Watching(events))
    try:
        with mode(watcher=found._watching):
            yield found
    finally:
        found._finish()


class Profile:
    """Where the time and the memory of a block went: see `profile`. Printing it prints the table of ops.

    Attributes:
        seconds: how long the block took, as long as it is not over, so far.
    """

    def __init__(self, watching: Watching):
        self._watching = watching
        self._process_before = most_bytes()
        self._process: int | None = None  # as long as the block runs
        self._leaks = Leaks()

    @property
    def seconds(self) -> float:
        """How long the block took; before its end, how long it has taken."""
        return self._watching.watch.now - self._watching.watch.began

    def by_op(self, shapes: bool = False, lines: int = 25) -> OpTable:
        """What each op took, forward and backward, and what took time beside ops.

        Operations are those of matrix products and convolutions, by the ops' own account; others have none.

        Args:
            shapes: tell calls on inputs of other shapes apart.
            lines: how many ops are printed.
        """
        watching = self._watching
        return op_table(watching.costs, watching.watch.own, shapes, lines)

    def by_layer(self) -> LayerTable:
        """What each layer took with all that is inside of it; backward belongs to the layer whose op is derived."""
        watching = self._watching
        return layer_table(watching.layers.root, watching.costs, watching.watch.own)

    def memory(self) -> Peak:
        """The memory of arrays at its peak: when it was, and who held it."""
        ledger = self._watching.ledger
        process = most_bytes() if self._process is None else self._process
        return Peak(ledger.peak, ledger.when, ledger.at_peak(), process, self._process_before)

    def leaks(self) -> Leaks:
        """What was still there at the end of the block, and was made in several steps before the last one.

        A step ends with an update; without any, with a backward pass; without these, with a call of a layer.
        """
        return self._leaks

    def save(self, path: str | Path) -> Path:
        """Write a file, of the kind that its name ends with.

        Args:
            path: ``.trace.json`` for what happened when, to look at in ui.perfetto.dev or chrome://tracing;
                ``.json`` for all that the tables say; ``.txt`` for the tables.

        Raises:
            ValueRangeError: the name ends otherwise.
        """
        path = Path(path)
        if path.name.endswith(".trace.json"):
            text = self._watching.trace.to_json()
        elif path.suffix == ".json":
            text = json.dumps(as_dict(self), indent=1, ensure_ascii=False) + "\n"
        elif path.suffix == ".txt":
            text = "\n\n".join(map(repr, (self, self.by_layer(), self.memory(), self.leaks()))) + "\n"
        else:
            raise ValueRangeError(f"save: expected a name in .trace.json, .json or .txt, but got {path.name!r}")
        with write_atomically(path) as file:
            file.write(text.encode())
        return path

    def __repr__(self) -> str:
        found = counted(len(self._leaks), "leak") if self._leaks else ""
        notes = [self.memory().sentence, f"{found}: profile.leaks()" if found else ""]
        return "\n".join([repr(self.by_op()), *filter(None, notes)])

    def _finish(self) -> None:
        watching = self._watching
        watching.stop()
        self._process = most_bytes()
        self._leaks = find_leaks(watching.graphs, watching.ledger, watching.steps)
        watching.close()
