"""What is counted, and by what it is told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from rung.profiler.layers import LayerRow
from rung.shapes import Shape

FORWARD, BACKWARD, IN_BACKWARD = "forward", "backward", "in backward"  # the last: called by a derivative
COMPILED = "compiled"
DIRECTIONS = (FORWARD, BACKWARD, IN_BACKWARD, COMPILED)

# What takes time beside ops.
ENGINE = "backward pass: queue, sums of gradients"
UPDATE = "updates by optimizers"
LAYERS = "Python inside of layers"
OUTSIDE = "Python outside of all these"
OWN = "the profiler itself"
RESTS = (ENGINE, UPDATE, LAYERS, OUTSIDE, OWN)


class Key(NamedTuple):
    """What is counted together."""

    name: str
    direction: str
    layer: LayerRow
    shapes: tuple[Shape, ...] = ()


@dataclass(slots=True)
class Cost:
    """What a number of calls took.

    Attributes:
        calls: how many there were.
        seconds: without those of what was called inside and is counted for itself.
        bytes: of the arrays that they made; a view makes none.
        multiply_adds: of those that multiply matrices, by their own account.
    """

    calls: int = 0
    seconds: float = 0.0
    bytes: int = 0
    multiply_adds: int = 0

    @property
    def flops(self) -> int:
        """Floating-point operations: a multiplication with its addition is two."""
        return 2 * self.multiply_adds

    def add(self, other: Cost) -> None:
        """Count what others took, too."""
        self.calls += other.calls
        self.seconds += other.seconds
        self.bytes += other.bytes
        self.multiply_adds += other.multiply_adds


def work_of_call(op: Any, shapes: tuple[Shape, ...]) -> int:
    """The multiply-adds of a call by the op's own account; 0 where it says nothing, or cannot."""
    try:
        return int(op.multiply_adds(*shapes))
    except Exception:  # of an op that is no Function, or of the user's own: looking on must not fail
        return 0


def work_of_derivative(node: Any) -> int:
    """The multiply-adds of a node's derivatives, likewise."""
    try:
        wanted = {pull.input for pull in node.plan.pulls}
        return int(node.op.multiply_adds_back(wanted, *[edge.shape for edge in node.edges]))
    except Exception:
        return 0
