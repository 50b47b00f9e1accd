"""What is called while a trainer runs. Override what you need; ask the trainer for all else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rung.errors import ValueRangeError


class Callback:
    """The base of callbacks: every method gets the trainer, and does nothing.

    >>> class Shout(Callback):
    ...     def on_epoch_end(self, trainer):
    ...         print(trainer.history[-1]["loss"])
    """

    def on_begin(self, trainer: Any) -> None:
        """Before the first step, also after a resume."""

    def on_epoch_begin(self, trainer: Any) -> None:
        """Before every epoch, but not where a resume goes on in the middle of one."""

    def on_step_end(self, trainer: Any) -> None:
        """After every update; `trainer.loss_value` is the loss of its batch."""

    def on_epoch_end(self, trainer: Any) -> None:
        """After every epoch; `trainer.history[-1]` is what was measured."""

    def on_end(self, trainer: Any) -> None:
        """After the last step, also if an error or Ctrl-C ended the training."""

    def state_dict(self) -> dict[str, Any]:
        """What an exact resume needs of this callback: arrays, numbers, texts."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from what `state_dict` gave."""


class EarlyStopping(Callback):
    """Stop when the trainer's monitored figure has not got better for `patience` epochs.

    >>> EarlyStopping(patience=3).patience
    3
    """

    def __init__(self, patience: int = 5):
        if not isinstance(patience, int) or isinstance(patience, bool) or patience < 1:
            raise ValueRangeError(f"EarlyStopping: expected patience of at least 1 epoch, but got {patience!r}")
        self.patience = patience

    def on_epoch_end(self, trainer: Any) -> None:
        if trainer.epochs_since_best >= self.patience:
            trainer.stop()


@contextmanager
def called_back(callbacks: Sequence[Callback], trainer: Any) -> Iterator[None]:
    """Tell all callbacks of the beginning, and those that have begun of the end, whatever happens in between.

    What went wrong in the block comes up, with a note on each callback that failed at the end, too.
    """
    begun: list[Callback] = []
    try:
        for callback in callbacks:
            callback.on_begin(trainer)
            begun.append(callback)
        yield
    except BaseException as error:
        for note in _ended(begun, trainer):
            error.add_note(f"Trainer: and at the end, {type(note).__name__}: {note}")
        raise
    failures = _ended(begun, trainer)
    if failures:
        raise failures[0]


def _ended(begun: list[Callback], trainer: Any) -> list[BaseException]:
    """Call `on_end` of all, the last one first; what they raised."""
    failures: list[BaseException] = []
    for callback in reversed(begun):
        try:
            callback.on_end(trainer)
        except BaseException as failure:
            failures.append(failure)
    return failures
