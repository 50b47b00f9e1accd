"""Reading the journal of a training while it is being written, piece by piece."""

from __future__ import annotations

import json
import math
from array import array
from pathlib import Path
from typing import Any

import numpy as np

LONGEST = 1 << 27  # bytes of a journal that are read; what is longer is no longer followed
CHUNK = 1 << 20  # bytes that are read at once; no line is longer
POINTS = 1500  # the most that a curve is sent with; a screen has no more


class JournalReader:
    """All that a journal says so far. `update` reads what has been added since the last time.

    Attributes:
        steps, losses, rates: of each update; NaN where there is no number.
        epochs: the line of each epoch, by its number.
        last_step, steps_per_epoch, ending: where it is; `ending` is the last line of a training that has ended.
        began, first_step: when and where it has begun, or gone on, the last time; seconds since 1970.
        seconds: how long it has taken, over all times that it went on.
        damaged: how many lines could not be read.
    """

    def __init__(self, path: Path):
        self.path = path
        self._start_over()

    def _start_over(self) -> None:
        self.steps, self.losses, self.rates = array("q"), array("d"), array("d")
        self.epochs: dict[int, dict[str, Any]] = {}
        self.last_step, self.steps_per_epoch, self.damaged = 0, 0, 0
        self.ending: dict[str, Any] | None = None
        self.seconds = self._before = 0.0
        self.first_step, self.began = 0, math.nan
        self._offset, self._rest = 0, b""

    def update(self) -> None:
        """Read on; from the beginning if it is another file."""
        try:
            size = self.path.stat().st_size
        except OSError:
            size = 0
        if size < self._offset:
            self._start_over()
        if size == self._offset or self._offset >= LONGEST:
            return
        with open(self.path, "rb") as file:
            file.seek(self._offset)
            while self._offset < LONGEST and (fresh := file.read(CHUNK)):
                self._offset += len(fresh)
                *lines, rest = (self._rest + fresh).split(b"\n")
                self._rest = rest if len(rest) <= CHUNK else b"?"
                for line in lines:
                    self._take(line)

    def _take(self, text: bytes) -> None:
        try:
            line = json.loads(text)
            {"begin": self._begin, "step": self._step, "epoch": self._epoch, "end": self._end}[line["what"]](line)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            self.damaged += bool(text.strip())

    def _begin(self, line: dict[str, Any]) -> None:
        """A training starts, or goes on from a checkpoint: what was after that is no longer so."""
        step = int(line["step"])
        while self.steps and self.steps[-1] > step:
            for column in (self.steps, self.losses, self.rates):
                column.pop()
        self.epochs = {number: row for number, row in self.epochs.items() if number <= int(line["epoch"])}
        self.last_step, self.ending = step, None
        self.first_step, self.began = step, number(line.get("time"))
        self.steps_per_epoch = int(line.get("steps_per_epoch") or 0)
        self._before = self.seconds if step else 0.0

    def _step(self, line: dict[str, Any]) -> None:
        step, loss, rate = int(line["step"]), number(line["loss"]), number(line.get("lr"))
        if self.steps and step <= self.steps[-1]:
            raise ValueError("an update that was already there")
        self.steps.append(step)
        self.losses.append(loss)
        self.rates.append(rate)
        self.last_step = step

    def _epoch(self, line: dict[str, Any]) -> None:
        figures = {name: number(value) for name, value in line["figures"].items()}
        self.epochs[int(figures["epoch"])] = figures | {"step": int(line["step"])}
        self._note_time(line)

    def _end(self, line: dict[str, Any]) -> None:
        self._note_time(line)
        self.ending = line

    def _note_time(self, line: dict[str, Any]) -> None:
        seconds = number(line.get("seconds"))
        self.seconds = self._before + (max(seconds, 0.0) if math.isfinite(seconds) else 0.0)

    def curves(self, points: int = POINTS) -> dict[str, list[Any]]:
        """Loss and learning rate along the updates: means of neighbours where there are too many, with their range.

        A mean is over the finite losses; where there is none, it is NaN, and so is the range.
        """
        if not self.steps:
            return {"step": [], "loss": [], "low": [], "high": [], "lr": []}
        width = math.ceil(len(self.steps) / points)
        first = np.arange(0, len(self.steps), width)
        last = np.minimum(first + width, len(self.steps)) - 1
        losses = np.array(self.losses)
        losses[np.isinf(losses)] = math.nan
        count = np.add.reduceat(np.isfinite(losses).astype(float), first)
        with np.errstate(invalid="ignore"):  # 0 / 0 where there is no finite loss
            mean = np.add.reduceat(np.nan_to_num(losses), first) / count
        columns = {"step": np.array(self.steps)[last], "loss": mean, "low": np.fmin.reduceat(losses, first),
                   "high": np.fmax.reduceat(losses, first), "lr": np.array(self.rates)[last]}  # fmt: skip
        return {name: column.tolist() for name, column in columns.items()}


def number(value: Any) -> float:
    """A number as JSON or its text gives it; NaN for anything else.

    >>> number(1), number("-Infinity"), number("abc"), number([1]), number(True)
    (1.0, -inf, nan, nan, nan)
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return {"Infinity": math.inf, "-Infinity": -math.inf}.get(value, math.nan) if isinstance(value, str) else math.nan
