"""The work that is measured: rows of a table, each in all the frameworks that can do it.

One file holds one row, or a family of rows that differ in sizes alone, and in it stands the same step in one
framework after the other, so that it can be read side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from benchmarks.peers import Peer

Step = Callable[[], Any]


@dataclass(frozen=True)
class Row:
    """One kind of work.

    Attributes:
        name: of the row.
        work: what a step is, in a line.
        makers: for every framework that can do it, what makes the step; it is told whether to compile it. A step that
            trains returns its loss as a Python float.
        uncompiled: the frameworks whose compilers cannot do it.
    """

    name: str
    work: str
    makers: Mapping[str, Callable[[bool], Step]] = field(repr=False)
    uncompiled: tuple[str, ...] = ()

    def has(self, peer: Peer) -> bool:
        """Whether a peer can do it."""
        return peer.framework in self.makers and not (peer.compiled and peer.framework in self.uncompiled)


SUITES = {
    "training": ("mlps", "cnn", "vgg", "lstm", "gpt", "scalar", "tanh6"),
    "ops": ("ops",),
    "layers": ("layers",),
    "convolution": ("convolution",),
}


def rows_of(suite: str) -> dict[str, Row]:
    """The rows of a suite, by name."""
    modules = [import_module(f"benchmarks.workloads.{name}") for name in SUITES[suite]]
    return {row.name: row for module in modules for row in module.ROWS}
