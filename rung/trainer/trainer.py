"""The trainer: steps and epochs, what is measured and kept, and how it ends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from rung import random
from rung.config import mode, no_grad
from rung.core.variable import Variable
from rung.errors import DTypeError, GraphError, ValueRangeError, describe
from rung.optimizers import ExponentialMovingAverage, Optimizer
from rung.optimizers.hyperparameters import plateaus
from rung.trainer.best import Best
from rung.trainer.callbacks import Callback, called_back
from rung.trainer.checkpoint import PLACES, load_state_into, state_of
from rung.trainer.folder import Folder
from rung.trainer.interrupt import Interrupt, deferred_interrupt
from rung.trainer.measuring import Loss, Means, evaluate, pair, size_of
from rung.trainer.nans import check_gradients, check_weights, explain
from rung.trainer.progress import Progress, shown


class Trainer:
    """Runs the loop: forward, loss, backward, update; measures, shows, saves, and goes on where it was stopped.

    After any end, be it Ctrl-C or a lost machine, `resume()` continues from the last checkpoint as if nothing had
    happened: the weights come out the same, bit for bit, also from the middle of an epoch and with dropout.

    Args:
        model: called on the first part of a batch.
        optimizer: `setup(model)` is called if it was not.
        loss: ``loss(model(x), t)``, a scalar.
        metrics: further figures, by name, of the same form; means over an epoch are weighted by batch size.
        folder: where ``last.npz`` and ``best.npz`` are written; None: nothing is.
        monitor: the figure that says which epoch was best, such as ``val_accuracy``; None: the loss on the validation
            data if there are some, else the loss.
        higher_is_better: of the monitored figure.
        save_every: updates between two checkpoints, besides the one after every epoch.
        accumulate: batches whose gradients are averaged for one update.
        averages: of the weights, taken after every update; it is they that are validated, and kept as the best.
        callbacks: see `rung.trainer.Callback`.
        quiet: show nothing.

    Attributes:
        epoch, step: how many are done.
        stopped: whether `stop()` was called.
        history: what was measured, a dict for each epoch.

    >>> import numpy as np, rung, rung.functions as F
    >>> from rung.models import MLP
    >>> from rung.optimizers import SGD
    >>> data = (np.eye(4, dtype="float32"), np.arange(4))
    >>> trainer = Trainer(MLP((4,)), SGD(1.0), F.softmax_cross_entropy, {"accuracy": F.accuracy}, quiet=True)
    >>> history = trainer.fit(rung.DataLoader(data, 2), epochs=20)
    >>> history[-1]["accuracy"], trainer.step
    (1.0, 40)
    """

    def __init__(
        self,
        model: Any,
        optimizer: Any,
        loss: Loss,
        metrics: Mapping[str, Loss] | None = None,
        folder: str | Path | None = None,
        monitor: str | None = None,
        higher_is_better: bool = False,
        save_every: int | None = None,
        accumulate: int = 1,
        averages: ExponentialMovingAverage | None = None,
        callbacks: Sequence[Callback] = (),
        quiet: bool = False,
    ):
        for name, value in (("save_every", save_every), ("accumulate", accumulate)):
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                raise ValueRangeError(f"Trainer: expected {name} to be an integer of at least 1, but got {value!r}")
        self.model, self.loss, self.metrics = model, loss, dict(metrics or {})
        for name in self.metrics:
            if name in ("loss", "epoch") or name.startswith("val_"):
                raise ValueRangeError(f"Trainer: a metric may not be called {name}, for that is the trainer's own")
        if not isinstance(optimizer, Optimizer):
            raise DTypeError(f"Trainer: expected an optimizer, but got {describe(optimizer)}")
        if optimizer.target not in (None, model):
            raise ValueRangeError("Trainer: the optimizer was set up for another model; give each trainer its own")
        self.optimizer = optimizer.setup(model)
        if averages is not None and getattr(averages, "model", None) is not model:
            raise ValueRangeError(
                "Trainer: expected the averages to be an ExponentialMovingAverage of the same model"
            )
        self.averages = averages
        self._folder = None if folder is None else Folder(folder)
        self.best_so_far = Best(monitor, higher_is_better)
        self.save_every, self.accumulate = save_every, accumulate
        if not isinstance(callbacks, Sequence) or not all(isinstance(each, Callback) for each in callbacks):
            raise DTypeError("Trainer: expected callbacks to be a list of Callback objects")
        self.callbacks, self.quiet = list(callbacks), quiet
        self.epoch = self.step = 0
        self.history: list[dict[str, float]] = []
        self.loss_value = math.nan
        self.stopped = False
        self.means = Means()  # of the epoch under way
        self.loaders: dict[str, Any] = {}
        self.loader_states: dict[str, Any] = {}  # of a checkpoint, or of where `fit` was left; for the next `fit`
        self._at_edge = True  # between two steps, where all that was taken from the loader is learnt

    @property
    def folder(self) -> Path | None:
        """Where the checkpoints are."""
        return None if self._folder is None else self._folder.path

    @property
    def best(self) -> float:
        """The best value of the monitored figure; where lower is better, with its sign turned."""
        return self.best_so_far.figure

    @property
    def epochs_since_best(self) -> int:
        """How many epochs were no better since the best one."""
        return self.best_so_far.epochs_since

    # The loop ---------------------------------------------------------------------------------------------------

    def fit(self, loader: Any, epochs: int, validation: Any = None, name: str = "training") -> list[dict[str, float]]:
        """Train until so many epochs are done in all, counting those before a resume; return the history.

        Where Ctrl-C or a callback's error has ended a `fit` between two steps, the next one goes on exactly there.
        After an error inside a step it begins the epoch again; `resume()` goes back to the last checkpoint.

        Args:
            loader: gives batches (x, t), as a `DataLoader` does. One without a `state_dict`, such as a list, cannot
                be continued in the middle of an epoch, so its checkpoints are those at the ends of epochs alone.
            validation: likewise; measured after every epoch, in test mode.
            name: what the progress bar says.

        Raises:
            NanError: the loss, a gradient or a weight is no number; the message names what made it.
            KeyboardInterrupt: after Ctrl-C, at the edge of a step and, if there is a folder, with a checkpoint.
            ValueRangeError: the folder holds the checkpoint of another run or is written to by another trainer, the
                monitored figure is not measured, or a loader gave no batch.
        """
        self._check(loader, epochs, validation)
        with self.writing(), mode(train=True, enable_backprop=True), deferred_interrupt() as interrupt:
            self._go_on_from(loader, validation)
            self.model.cleargrads()
            steps = math.ceil(len(loader) / self.accumulate) * epochs if hasattr(loader, "__len__") else None
            if self.stopped and self.epoch < epochs and not self.quiet:
                print(f"{name}: was stopped after epoch {self.epoch}; set `stopped` to False to go on", flush=True)
            try:
                with (
                    shown(name, epochs, steps, self.step, self.quiet) as progress,
                    called_back(self.callbacks, self),
                ):
                    while self.epoch < epochs and not self.stopped:
                        self._run_epoch(loader, validation, progress, interrupt)
            except BaseException:
                self.loader_states = self.places() if self._at_edge else {}
                raise
        return self.history

    def stop(self) -> None:
        """End the training after this epoch; `fit` does not go on unless `stopped` is set to False."""
        self.stopped = True

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other trainers from writing into the folder for a block; `fit` and `save` do so by themselves.

        Raises:
            ValueRangeError: another training is running in it, or it holds the checkpoint of another run.
        """
        with nullcontext() if self._folder is None else self._folder.held():
            yield

    def _check(self, loader: Any, epochs: int, validation: Any) -> None:
        """Refuse what cannot work, before anything is computed."""
        if not isinstance(epochs, int) or epochs < 0:
            raise ValueRangeError(f"Trainer: expected a number of epochs of at least 0, but got {epochs!r}")
        if isinstance(validation, Iterator) and epochs > self.epoch + 1:
            raise ValueRangeError(
                f"Trainer: expected validation data for {epochs - self.epoch} epochs, but an iterator can be gone "
                "through once; give a list or a DataLoader"
            )
        if self.save_every is not None and self.folder is not None and not _has_place(loader):
            raise ValueRangeError(
                "Trainer: save_every needs a loader with a state_dict, such as a DataLoader, for no other can go on "
                "in the middle of an epoch"
            )
        names = ["epoch", "loss", *self.metrics]
        names += [] if validation is None else ["val_loss", *(f"val_{name}" for name in self.metrics)]
        self.best_so_far.check(names, self.optimizer)

    def _go_on_from(self, loader: Any, validation: Any) -> None:
        """Bring the loaders to where a checkpoint, or the last `fit`, was left."""
        loaders = dict(zip(PLACES, (loader, validation), strict=True))
        if not self.loader_states:
            self.means = Means()  # without what an epoch has left that an error ended
        for place, state in self.loader_states.items():
            if state is not None and _has_place(loaders[place]):
                loaders[place].load_state_dict(state)
            elif place == "training" and self.means.count:
                raise ValueRangeError(
                    "Trainer: it was left in the middle of an epoch, which only a loader with a state_dict, such as "
                    "a DataLoader, can continue; resume() goes back to the last checkpoint, a new Trainer starts anew"
                )
        self.loaders, self.loader_states, self._at_edge = loaders, {}, True

    def _run_epoch(self, loader: Any, validation: Any, progress: Progress, interrupt: Interrupt) -> None:
        before = self.step
        if not self.means.count:  # otherwise it goes on where it was stopped
            self._call("on_epoch_begin")
        for _ in self._steps(loader, progress):
            self._call("on_step_end")
            self._stop_if_asked(interrupt)
            if self.save_every is not None and self.step % self.save_every == 0:
                self.save()
        if self.step == before and not self.means.count:
            raise ValueRangeError("Trainer: the loader gave no batch; are there fewer samples than in one batch?")
        self._end_epoch(validation, progress)
        self._stop_if_asked(interrupt)

    def _stop_if_asked(self, interrupt: Interrupt) -> None:
        if interrupt.asked:
            raise KeyboardInterrupt(f"stopped{self._saved_for_later()}")

    def _saved_for_later(self) -> str:
        """Save, if there is a folder and it can be gone on from here; say where to go on from."""
        if self._folder is None:
            return ""
        if self._can_go_on():
            self.save()
            return f"; the checkpoint is in {self.folder}"
        reason = "a loader without a state_dict cannot go on in the middle of an epoch"
        if not self._folder.last.exists():
            return f" without a checkpoint, for {reason}"
        return f"; the checkpoint in {self.folder} is that of the end of epoch {self.epoch}, for {reason}"

    def _can_go_on(self) -> bool:
        """Whether what a checkpoint holds now can be continued."""
        return not self.means.count or _has_place(self.loaders.get("training"))

    def _steps(self, loader: Any, progress: Progress) -> Iterator[None]:
        """One epoch, update by update."""
        pending = samples = 0
        self._at_edge = False
        for batch in loader:
            samples += self._learn(batch)
            pending += 1
            if pending == self.accumulate:
                self._update(pending)
                progress.step(samples, self.loss_value)
                pending = samples = 0
                yield from self._edge()
        if pending:
            self._update(pending)
            progress.step(samples, self.loss_value)
            yield from self._edge()

    def _edge(self) -> Iterator[None]:
        self._at_edge = True
        yield
        self._at_edge = False

    def _learn(self, batch: Any) -> int:
        """Forward and backward of one batch; return its size."""
        x, t = pair(batch)
        before = random.get_state()
        with np.errstate(all="ignore"):  # looked at below, and named
            y = self.model(x)
            loss = self.loss(y, t)
            if not isinstance(loss, Variable):
                raise DTypeError(f"Trainer: expected the loss to be a Variable, but got {describe(loss)}")
            self.loss_value = loss.item()
            if not math.isfinite(self.loss_value):
                explain("loss", self.model, self.loss, batch, before, self.step + 1)
            if not loss.differentiable:
                raise GraphError("Trainer: the loss depends on no parameter that learns; are all layers frozen?")
            (loss if self.accumulate == 1 else loss / self.accumulate).backward()
        if not check_gradients(self.model):
            explain("gradient", self.model, self.loss, batch, before, self.step + 1)
        with no_grad():
            figures = {name: float(metric(y, t)) for name, metric in self.metrics.items()}
        self.means.add({"loss": self.loss_value, **figures}, size_of(x))
        return size_of(x)

    def _update(self, batches: int) -> None:
        if batches < self.accumulate:  # the last ones of an epoch: their mean is over fewer
            for parameter in self.model.params():
                if parameter.grad is not None:
                    parameter.grad = parameter.grad * (self.accumulate / batches)
        with np.errstate(all="ignore"):  # looked at in the next line
            self.optimizer.update()
        check_weights(self.model, self.optimizer, self.step + 1)
        if self.averages is not None:
            self.averages.update()
        self.model.cleargrads()
        self.step += 1

    def _end_epoch(self, validation: Any, progress: Progress) -> None:
        self.epoch += 1
        measured: dict[str, float] = {"epoch": self.epoch, **self.means.take()}
        if validation is not None:
            with self._averaged():
                figures = evaluate(self.model, validation, self.loss, self.metrics)
            measured |= {f"val_{name}": value for name, value in figures.items()}
        self.history.append(measured)
        figure = measured[self.best_so_far.name(measured)]
        for schedule in plateaus(self.optimizer):
            schedule.tell(figure)
        improved = self.best_so_far.note(figure)
        self._at_edge = True
        self._call("on_epoch_end")
        progress.epoch(measured)
        if improved and self._folder is not None:  # before the checkpoint, which says that it is there
            with self._averaged():
                self.model.save_weights(self._folder.best)
        self.save()

    def _averaged(self) -> AbstractContextManager[None]:
        """The model with the averages of its weights, if there are some."""
        return nullcontext() if self.averages is None else self.averages.applied()

    def _call(self, moment: str) -> None:
        for callback in self.callbacks:
            getattr(callback, moment)(self)

    # Checkpoints ------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write ``last.npz``: all that an exact resume needs.

        Raises:
            ValueRangeError: the loader cannot be continued in the middle of an epoch, or the folder is another run's.
        """
        if self._folder is None:
            return
        if not self._can_go_on():
            raise ValueRangeError("Trainer: in the middle of an epoch a checkpoint needs a loader with a state_dict")
        with self._folder.held():
            self._folder.save(self.state_dict())

    def places(self) -> dict[str, Any]:
        """Where the loaders are; None for one that cannot say."""
        if self.loader_states:  # they were not taken up since
            return self.loader_states
        return {place: loader.state_dict() if _has_place(loader) else None for place, loader in self.loaders.items()}

    def state_dict(self) -> dict[str, Any]:
        """Model, optimizer, random numbers, the loaders' places, the counts and the callbacks."""
        return state_of(self)

    def resume(self) -> bool:
        """Continue from ``last.npz`` in the folder; False if there is none.

        Raises:
            WeightFileError: the checkpoint is damaged, or is not of this model and these callbacks.
        """
        if self._folder is None or not self._folder.last.is_file():
            return False
        with self._folder.reading() as state:
            self.load_state_dict(state)
        return True

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from what `state_dict` gave, all or nothing.

        Raises:
            WeightFileError: it is not of such a model, optimizer, monitor and callbacks; nothing was changed.
        """
        load_state_into(self, state)


def _has_place(loader: Any) -> bool:
    """Whether a loader can say where it is, and go on from there."""
    return hasattr(loader, "state_dict") and hasattr(loader, "load_state_dict")
