"""Suite ops: 100 equal ops on top of one another, recorded, and for the rows "both" walked back too.

Divided by 100, a step is what one op costs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.workloads import Row, Step

LENGTH = 100
SHAPES = {"0-d float64": ((), "float64"), "10x10": ((10, 10), "float32"), "100x100": ((100, 100), "float32")}
OPS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "y + b": lambda F, y, b: y + b,
    "y * b": lambda F, y, b: y * b,
    "y * 1.01": lambda F, y, b: y * 1.01,
    "y / b": lambda F, y, b: y / b,
    "tanh(y)": lambda F, y, b: F.tanh(y),
    "exp(-y)": lambda F, y, b: F.exp(-y),
    "relu(y)": lambda F, y, b: F.relu(y),
    "y.reshape": lambda F, y, b: y.reshape(y.shape),
    "y @ b": lambda F, y, b: y @ b,
}


def chain(F: Any, op: Callable[[Any, Any, Any], Any], a: Any, b: Any, both: bool) -> Step:
    """The step, in the functions of either framework."""

    def step() -> None:
        y = a
        for _ in range(LENGTH):
            y = op(F, y, b)
        if both:
            a.grad = b.grad = None
            y.sum().backward()

    return step


def arrays(title: str) -> list[Any]:
    shape, dtype = SHAPES[title]
    return [np.full(shape, value, dtype) for value in (0.9, 1.01)]


def row(title: str, name: str, both: bool) -> Row:
    def with_rung(compiled: bool) -> Step:
        import rung
        import rung.functions as F

        np.seterr(all="ignore")
        return chain(F, OPS[name], *map(rung.Variable, arrays(title)), both)

    def with_torch(compiled: bool) -> Step:
        import torch

        leaves = [torch.tensor(array, requires_grad=True) for array in arrays(title)]
        return chain(torch, OPS[name], *leaves, both)

    direction = "both" if both else "forward"
    makers = {"rung": with_rung, "torch": with_torch}
    return Row(f"{name}, {title}, {direction}", f"{LENGTH} times {name}", makers, ("rung", "torch"))


ROWS = [
    row(title, name, both)
    for title in SHAPES
    for name in OPS
    for both in (False, True)
    if not ("@" in name and title.startswith("0-d"))
]
