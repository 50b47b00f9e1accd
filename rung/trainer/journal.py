"""The journal of a training: a line for every update and every epoch, for whoever looks on while it runs."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from rung.trainer.callbacks import Callback

NAME = "journal.jsonl"
PAUSE = 0.25  # seconds between two writings, so that a quick training is not slowed by its journal


class Journal(Callback):
    """Write ``journal.jsonl``, which `rung view` follows: the loss of each update, the figures of each epoch.

    Lines are only ever appended, so a reader never finds half of the old and half of the new. A training that went
    on from a checkpoint says so, and its lines stand for those that were written after that checkpoint.

    Args:
        folder: where the journal is written.
        every: updates between two lines.

    >>> import tempfile, numpy as np, rung.functions as F
    >>> from rung import DataLoader
    >>> from rung.models import MLP
    >>> from rung.optimizers import SGD
    >>> from rung.trainer import Trainer
    >>> folder = tempfile.mkdtemp()
    >>> loader = DataLoader((np.eye(4, dtype="float32"), np.arange(4)), 2)
    >>> trainer = Trainer(MLP((4,)), SGD(1.0), F.softmax_cross_entropy, callbacks=[Journal(folder)], quiet=True)
    >>> history = trainer.fit(loader, epochs=1)
    >>> [json.loads(line)["what"] for line in Path(folder, NAME).read_text().splitlines()]
    ['begin', 'step', 'step', 'epoch', 'end']
    """

    def __init__(self, folder: str | os.PathLike[str], every: int = 1):
        self.path, self.every = Path(os.path.abspath(folder)) / NAME, every
        self._lines: list[bytes] = []
        self._written = self._began = 0.0
        self._rate: float | None = None  # of the update under way

    def on_begin(self, trainer: Any) -> None:
        self._began = time.monotonic()
        self._rate = _rate(trainer.optimizer)
        self._note("begin", step=trainer.step, epoch=trainer.epoch, steps_per_epoch=_steps_per_epoch(trainer),
                   time=round(time.time(), 3))  # fmt: skip
        self._write()

    def on_epoch_begin(self, trainer: Any) -> None:
        self._rate = _rate(trainer.optimizer)  # what was measured may have changed it

    def on_step_end(self, trainer: Any) -> None:
        if trainer.step % self.every == 0:
            self._note("step", step=trainer.step, loss=trainer.loss_value, lr=self._rate)
        self._rate = _rate(trainer.optimizer)
        if time.monotonic() - self._written > PAUSE:
            self._write()

    def on_epoch_end(self, trainer: Any) -> None:
        seconds = round(time.monotonic() - self._began, 3)
        self._note("epoch", step=trainer.step, seconds=seconds, figures=trainer.history[-1])
        self._write()

    def on_end(self, trainer: Any) -> None:
        error = sys.exception()  # what ended the training, for callbacks are told while it is on its way up
        seconds = round(time.monotonic() - self._began, 3)
        self._note("end", step=trainer.step, epoch=trainer.epoch, seconds=seconds, **_ending(error))
        self._write()

    def _note(self, what: str, **facts: Any) -> None:
        line = json.dumps({"what": what, **{name: plain(fact) for name, fact in facts.items()}})
        self._lines.append(f"{line}\n".encode())

    def _write(self) -> None:
        """Append what is waiting; on a full disk it goes on waiting, for a journal must not end a training."""
        self._written = time.monotonic()
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(self.path, "a+b") as file:
                file.write((b"\n" if _is_torn(file) else b"") + b"".join(self._lines))
            self._lines = []


def _is_torn(file: IO[bytes]) -> bool:
    """Whether the last line lacks its end, as a process that was killed leaves it."""
    if not file.seek(0, os.SEEK_END):
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _ending(error: BaseException | None) -> dict[str, str]:
    if error is None:
        return {"state": "finished"}
    if isinstance(error, KeyboardInterrupt):
        return {"state": "stopped"}
    return {"state": "failed", "error": f"{type(error).__name__}: {error}"[:2000]}


def _steps_per_epoch(trainer: Any) -> int | None:
    loader = trainer.loaders.get("training")
    return math.ceil(len(loader) / trainer.accumulate) if hasattr(loader, "__len__") else None


def _rate(optimizer: Any) -> float | None:
    """The rate of the next update; None if there is none, also where a schedule has come to its end."""
    with suppress(Exception):
        return float(optimizer.lr)
    return None


def plain(fact: Any) -> Any:
    """What JSON can hold; of numbers that it lacks, the names.

    >>> plain({"loss": math.nan, "epoch": 3})
    {'loss': 'NaN', 'epoch': 3}
    """
    if isinstance(fact, dict):
        return {name: plain(part) for name, part in fact.items()}
    if isinstance(fact, (list, tuple)):
        return [plain(part) for part in fact]
    if fact is None or isinstance(fact, (str, bool, int)):
        return fact
    number = float(fact)
    if math.isnan(number):
        return "NaN"
    return number if math.isfinite(number) else "Infinity" if number > 0 else "-Infinity"
