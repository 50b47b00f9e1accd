"""Event files for TensorBoard."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from rung.core.variable import Variable
from rung.cuda import as_numpy
from rung.errors import MissingExtraError, ValueRangeError
from rung.optimizers.hyperparameters import hyperparameters
from rung.trainer.callbacks import Callback


class TensorBoard(Callback):
    """Write figures, histograms of the parameters and pictures for TensorBoard; needs ``rung[tensorboard]``.

    Args:
        folder: where the event files go.
        every: updates between two points of the loss.
        histograms: whether to write one of each parameter and its change after every epoch.
        images: called with the trainer after every epoch; gives pictures by name, (H, W) or (H, W, 3) in [0, 1].
    """

    def __init__(self, folder: Any, every: int = 10, histograms: bool = True, images: Any = None):
        if not isinstance(every, int) or isinstance(every, bool) or every < 1:
            raise ValueRangeError(f"TensorBoard: expected `every` to be at least 1 update, but got {every!r}")
        self.folder = Path(os.path.abspath(folder))
        self.every, self.histograms, self.images = every, histograms, images
        self._writer: Any = None

    def on_begin(self, trainer: Any) -> None:
        try:
            from tensorboardX import SummaryWriter
        except ImportError as error:
            raise MissingExtraError("tensorboardX", "tensorboard", "writing for TensorBoard") from error
        # What was written after the checkpoint is hidden, and nothing before it; two starts are never one file.
        own = f".{time.time_ns()}"
        self._writer = SummaryWriter(str(self.folder), purge_step=trainer.step + 1, filename_suffix=own)

    def on_step_end(self, trainer: Any) -> None:
        if trainer.step % self.every == 0:
            self._writer.add_scalar("loss", trainer.loss_value, trainer.step)

    def on_epoch_end(self, trainer: Any) -> None:
        for name, value in trainer.history[-1].items():
            self._writer.add_scalar(f"epoch/{name}", value, trainer.step)
        for name in hyperparameters(trainer.optimizer):
            self._writer.add_scalar(f"optimizer/{name}", getattr(trainer.optimizer, name), trainer.step)
        if self.histograms:
            for name, parameter in trainer.model.named_params():
                self._writer.add_histogram(name, as_numpy(parameter.data), trainer.step)
        for name, image in (self.images(trainer) if self.images is not None else {}).items():
            pixels = as_numpy(image.data if isinstance(image, Variable) else image)
            self._writer.add_image(name, pixels, trainer.step, dataformats="HW" if pixels.ndim == 2 else "HWC")
        self._writer.flush()

    def on_end(self, trainer: Any) -> None:
        if self._writer is not None:
            self._writer.close()
