"""What is called while a trainer runs. Override what you need; ask the trainer for all else."""

from __future__ import annotations

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
