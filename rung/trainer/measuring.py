"""Figures over batches: losses, metrics, and their means."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from rung.config import no_grad, test_mode
from rung.errors import DTypeError, describe
from rung.trees import leaves

Loss = Callable[[Any, Any], Any]


class Means:
    """Means of figures over batches of different sizes, a little at a time."""

    def __init__(self, totals: Mapping[str, float] | None = None, count: int = 0):
        self.totals, self.count = dict(totals or {}), count

    def add(self, figures: Mapping[str, float], count: int) -> None:
        """The figures of a batch of so many samples."""
        self.count += count
        for name, value in figures.items():
            self.totals[name] = self.totals.get(name, 0.0) + value * count

    def take(self) -> dict[str, float]:
        """The means so far, after which it starts from nothing; of nothing, the loss is NaN."""
        means = (
            {name: total / self.count for name, total in self.totals.items()} if self.count else {"loss": math.nan}
        )
        self.totals, self.count = {}, 0
        return means

    def state(self) -> dict[str, Any]:
        """What `Means(**state)` continues from."""
        return {"totals": self.totals, "count": self.count}


def size_of(x: Any) -> int:
    """How many samples the inputs of a batch are of; of several in a tuple or dict, the first array tells.

    >>> import numpy as np
    >>> size_of({"pixels": np.zeros((5, 8)), "words": np.zeros((5, 3))})
    5
    """
    arrays = [part for part in leaves(x) if getattr(part, "shape", ())]
    return len(arrays[0] if arrays else x)


def pair(batch: Any) -> tuple[Any, Any]:
    """The two parts of a batch."""
    if not isinstance(batch, (tuple, list)) or len(batch) != 2:
        raise DTypeError(f"Trainer: expected batches (x, t), but got {describe(batch)}; give the loader labels too")
    x, t = batch
    return x, t


def evaluate(model: Any, loader: Any, loss: Loss, metrics: Mapping[str, Loss] | None = None) -> dict[str, float]:
    """The means of loss and metrics over a loader, in test mode and without a graph.

    >>> import numpy as np, rung, rung.functions as F
    >>> model = lambda x: x
    >>> figures = evaluate(model, rung.DataLoader((np.eye(2), np.arange(2)), 1), F.softmax_cross_entropy)
    >>> round(figures["loss"], 4)
    0.3133
    """
    means = Means()
    with no_grad(), test_mode():
        for batch in loader:
            x, t = pair(batch)
            y = model(x)
            measures = {"loss": loss, **(metrics or {})}
            means.add({name: float(measure(y, t)) for name, measure in measures.items()}, size_of(x))
    return means.take()
