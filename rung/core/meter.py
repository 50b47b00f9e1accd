"""Counts the work of the ops that run."""

from __future__ import annotations

from typing import Any


class Meter:
    """A pass (see `config.Mode.passes`) under which ops run as ever, and are counted.

    Attributes:
        calls: how many ops ran.
        multiply_adds: of those that multiply matrices, by their own account (`Function.multiply_adds`).
    """

    def __init__(self) -> None:
        self.calls = 0
        self.multiply_adds = 0

    def call(self, op: Any, inputs: tuple[Any, ...]) -> Any:
        """Run an op and count it."""
        self.calls += 1
        self.multiply_adds += op.multiply_adds(*[tuple(getattr(x, "shape", ())) for x in inputs])
        return op(*inputs)

    def get(self, x: Any) -> None:
        """It knows no tangents: see `ForwardPass.get`."""

    def restore(self, record: Any) -> None:
        """It keeps nothing on records: see `ForwardPass.restore`."""
