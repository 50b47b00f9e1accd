"""Which epoch was the best so far."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from rung.errors import ValueRangeError
from rung.optimizers.hyperparameters import plateaus


class Best:
    """The best value of the figure that is monitored.

    Args:
        monitor: the name of the figure; None: `val_loss` if there is one, else `loss`.
        higher_is_better: of the figure.
    """

    def __init__(self, monitor: str | None = None, higher_is_better: bool = False):
        self.monitor, self.higher_is_better = monitor, higher_is_better
        self.figure = -math.inf  # of two, the higher one is better; a loss is here with its sign turned
        self.epochs_since = 0

    def name(self, measured: Collection[str]) -> str:
        """The name of the figure, which has to be among those that are measured."""
        name = self.monitor or ("val_loss" if "val_loss" in measured else "loss")
        if name not in measured:
            raise ValueRangeError(f"Trainer: {name} is monitored, but only {', '.join(measured)} are measured")
        return name

    def check(self, measured: Collection[str], optimizer: Any) -> None:
        """Whether the figure is measured, and the schedules that are told of it want the same; else an error."""
        name = self.name(measured)
        for schedule in plateaus(optimizer):
            if schedule.higher_is_better != self.higher_is_better:
                way = ("a lower", "a higher")
                raise ValueRangeError(
                    f"Trainer: a Plateau waits for {way[schedule.higher_is_better]} {name}, but "
                    f"{way[self.higher_is_better]} one is better here; give higher_is_better to both alike"
                )

    def note(self, value: float) -> bool:
        """Take note of the figure of an epoch; whether it is the best so far."""
        figure = value if self.higher_is_better else -value
        improved = figure > self.figure
        self.figure = figure if improved else self.figure
        self.epochs_since = 0 if improved else self.epochs_since + 1
        return improved
