"""The trainer: steps, epochs, checkpoints."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from rung import random
from rung.config import debug, no_grad
from rung.core.variable import Variable
from rung.cuda import is_array
from rung.errors import DTypeError, GraphError, NanError, RungError, ValueRangeError, WeightFileError, describe
from rung.optimizers import ExponentialMovingAverage, Optimizer
from rung.schedules import plateaus
from rung.trainer.callbacks import Callback
from rung.trainer.interrupt import deferred_interrupt
from rung.trainer.measuring import Loss, Means, evaluate, is_finite, pair
from rung.trainer.progress import Progress, shown
from rung.trainer.state import load_state, save_state
from rung.trees import leaves


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
        if reserved := sorted({"loss", "epoch"} & self.metrics.keys()):
            raise ValueRangeError(f"Trainer: a metric may not be called {reserved[0]}, for that is the trainer's own")
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
        self.folder = None if folder is None else Path(folder)
        self.monitor, self.higher_is_better = monitor, higher_is_better
        self.save_every, self.accumulate = save_every, accumulate
        if not isinstance(callbacks, Sequence) or not all(isinstance(each, Callback) for each in callbacks):
            raise DTypeError("Trainer: expected callbacks to be a list of Callback objects")
        self.callbacks, self.quiet = list(callbacks), quiet
        self.epoch = self.step = self.epochs_since_best = 0
        self.best = -math.inf
        self.history: list[dict[str, float]] = []
        self.loss_value = math.nan
        self.stopped = False
        self._owns_folder = False
        self._means = Means()  # of the epoch under way
        self._loaders: dict[str, Any] = {}
        self._loader_states: dict[str, Any] = {}  # from a checkpoint, until the loaders are there to take them

    # The loop ---------------------------------------------------------------------------------------------------

    def fit(self, loader: Any, epochs: int, validation: Any = None, name: str = "training") -> list[dict[str, float]]:
        """Train until so many epochs are done in all, counting those before a resume; return the history.

        Args:
            loader: gives batches (x, t), as a `DataLoader` does.
            validation: likewise; measured after every epoch, in test mode.
            name: what the progress bar says.

        Raises:
            NanError: the loss or a gradient is no number; the message names the op that made it.
            KeyboardInterrupt: after Ctrl-C, at the edge of a step and, if there is a folder, with a checkpoint.
            ValueRangeError: the folder holds the checkpoint of another run, or a loader gave no batch.
        """
        if not isinstance(epochs, int) or epochs < 0:
            raise ValueRangeError(f"Trainer: expected a number of epochs of at least 0, but got {epochs!r}")
        self._claim_folder()
        self._loaders = {"training": loader, "validation": validation}
        for place, state in self._loader_states.items():
            if state is not None and hasattr(self._loaders[place], "load_state_dict"):
                self._loaders[place].load_state_dict(state)
            elif place == "training" and self._means.count:
                raise ValueRangeError(
                    "Trainer: the checkpoint is from the middle of an epoch, which only a loader with a state_dict, "
                    "such as a DataLoader, can continue"
                )
        if not self._loader_states:
            self._means = Means()  # without what an epoch has left that an error ended
        self._loader_states = {}
        self.model.cleargrads()
        steps = math.ceil(len(loader) / self.accumulate) if hasattr(loader, "__len__") else None
        with (
            deferred_interrupt() as interrupt,
            shown(name, epochs, None if steps is None else steps * epochs, self.step, self.quiet) as progress,
            self._called_back(),
        ):
            while self.epoch < epochs and not self.stopped:
                before = self.step
                if not self._means.count:  # otherwise it goes on where it was stopped
                    self._call("on_epoch_begin")
                for _ in self._steps(loader, progress):
                    self._call("on_step_end")
                    self._stop_if_asked(interrupt)
                    if self.save_every is not None and self.step % self.save_every == 0:
                        self.save()
                if self.step == before and not self._means.count:
                    raise ValueRangeError(
                        "Trainer: the loader gave no batch; are there fewer samples than in one batch?"
                    )
                self._end_epoch(validation, progress)
                self._stop_if_asked(interrupt)
        return self.history

    def _stop_if_asked(self, interrupt: Any) -> None:
        if interrupt.asked:
            self.save()
            raise KeyboardInterrupt("stopped" + (f"; the checkpoint is in {self.folder}" if self.folder else ""))

    def _claim_folder(self) -> None:
        """Refuse to write over the checkpoint of a run that was neither resumed nor begun here."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if (self.folder / "last.npz").exists() and not self._owns_folder:
            raise ValueRangeError(f"Trainer: {self.folder} holds the checkpoint of another run; resume() it, or take "
                                  "another folder")  # fmt: skip
        self._owns_folder = True

    def stop(self) -> None:
        """End the training after this epoch; `fit` does not go on unless `stopped` is set to False."""
        self.stopped = True

    def _steps(self, loader: Any, progress: Progress) -> Iterator[None]:
        """One epoch, update by update."""
        pending = samples = 0
        for batch in loader:
            samples += self._learn(batch)
            pending += 1
            if pending == self.accumulate:
                self._update(pending)
                progress.step(samples, self.loss_value)
                pending = samples = 0
                yield
        if pending:
            self._update(pending)
            progress.step(samples, self.loss_value)
            yield

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
                self._explain("loss", batch, before)
            if not loss.differentiable:
                raise GraphError("Trainer: the loss depends on no parameter that learns; are all layers frozen?")
            (loss if self.accumulate == 1 else loss / self.accumulate).backward()
        if not all(is_finite(p.grad._data) for p in self.model.params() if p.grad is not None):
            self._explain("gradient", batch, before)
        with no_grad():
            figures = {name: float(metric(y, t)) for name, metric in self.metrics.items()}
        self._means.add({"loss": self.loss_value, **figures}, len(x))
        return len(x)

    def _update(self, batches: int) -> None:
        if batches < self.accumulate:  # the last ones of an epoch: their mean is over fewer
            for parameter in self.model.params():
                if parameter.grad is not None:
                    parameter.grad = parameter.grad * (self.accumulate / batches)
        self.optimizer.update()
        if self.averages is not None:
            self.averages.update()
        self.model.cleargrads()
        self.step += 1

    def _end_epoch(self, validation: Any, progress: Progress) -> None:
        self.epoch += 1
        measured: dict[str, float] = {"epoch": self.epoch, **self._means.take()}
        if validation is not None:
            with self._averaged():
                figures = evaluate(self.model, validation, self.loss, self.metrics)
            measured |= {f"val_{name}": value for name, value in figures.items()}
        self.history.append(measured)
        improved = self._note_best(measured)
        self._call("on_epoch_end")
        progress.epoch(measured)
        if improved and self.folder is not None:  # before the checkpoint, which says that it is there
            with self._averaged():
                self.model.save_weights(self.folder / "best.npz")
        self.save()

    def _averaged(self) -> AbstractContextManager[None]:
        """The model with the averages of its weights, if there are some."""
        return nullcontext() if self.averages is None else self.averages.applied()

    def _note_best(self, measured: dict[str, float]) -> bool:
        name = self.monitor or ("val_loss" if "val_loss" in measured else "loss")
        if name not in measured:
            raise ValueRangeError(f"Trainer: {name} is monitored, but only {', '.join(measured)} are measured")
        figure = measured[name]
        for schedule in plateaus(self.optimizer):
            schedule.tell(figure)
        figure = figure if self.higher_is_better else -figure
        improved = figure > self.best
        self.best = figure if improved else self.best
        self.epochs_since_best = 0 if improved else self.epochs_since_best + 1
        return improved

    def _explain(self, what: str, batch: Any, random_state: Any) -> None:
        """Run a batch once more, and let the op speak up that made the first NaN or infinity."""
        random.set_state(random_state)
        where = f"Trainer: the {what} is no number any more at step {self.step + 1}"
        if not all(is_finite(x) for x in leaves(batch) if is_array(x) and x.dtype.kind == "f"):
            raise NanError(f"{where}, for the batch itself holds NaN or infinity: look at the data")
        try:
            with debug(), np.errstate(all="ignore"):
                self.model.cleargrads()
                self.loss(self.model(batch[0]), batch[1]).backward()
        except NanError as error:
            raise NanError(f"{where}; {error}; a smaller learning rate may help") from None
        raise NanError(f"{where}, though no op made it out of numbers: look at the weights")

    @contextmanager
    def _called_back(self) -> Iterator[None]:
        with ExitStack() as stack:  # whoever has begun is told of the end, whatever the others do
            for callback in self.callbacks:
                callback.on_begin(self)
                stack.callback(callback.on_end, self)
            yield

    def _call(self, moment: str) -> None:
        for callback in self.callbacks:
            getattr(callback, moment)(self)

    # Checkpoints ------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write ``last.npz``: all that an exact resume needs."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        save_state(self.folder / "last.npz", self.state_dict())

    def state_dict(self) -> dict[str, Any]:
        """Model, optimizer, random numbers, the loaders' places, the counts and the callbacks."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "averages": None if self.averages is None else self.averages.state_dict(),
            "random": random.get_state(),
            "loaders": {
                place: loader.state_dict() if hasattr(loader, "state_dict") else None
                for place, loader in self._loaders.items()
            },
            "counts": {name: getattr(self, name) for name in ("epoch", "step", "epochs_since_best")},
            "best": repr(self.best),
            "monitor": [self.monitor, self.higher_is_better],
            "stopped": self.stopped,
            "history": self.history,
            "totals": self._means.state(),
            "callbacks": [[type(each).__name__, each.state_dict()] for each in self._callbacks_with_state()],
        }

    def resume(self) -> bool:
        """Continue from ``last.npz`` in the folder; False if there is none.

        Raises:
            WeightFileError: the checkpoint is damaged, or is not of this model and these callbacks.
        """
        if self.folder is None or not (self.folder / "last.npz").is_file():
            return False
        self.load_state_dict(load_state(self.folder / "last.npz"))
        self._owns_folder = True
        return True

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from what `state_dict` gave, all or nothing.

        Raises:
            WeightFileError: it is not of such a model, optimizer, monitor and callbacks; nothing was changed.
        """
        self._check_state(state)
        before = self._parts_now() if self._is_sized() else None
        try:
            self._load_parts(state)
        except RungError:
            if before is not None:
                self._load_parts(before)
            raise
        random.set_state(state["random"])
        for name, value in state["counts"].items():
            setattr(self, name, value)
        self.best, self.history, self._means = float(state["best"]), state["history"], Means(**state["totals"])
        self.stopped = state["stopped"]
        self._loader_states = state["loaders"]

    def _parts_now(self) -> dict[str, Any]:
        """The parts of the state that check what they load, as copies to go back to."""
        return copy.deepcopy(
            {name: self.state_dict()[name] for name in ("model", "optimizer", "averages", "callbacks")}
        )

    def _load_parts(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.averages is not None:
            self.averages.load_state_dict(state["averages"])
        for callback, (_, own) in zip(self._callbacks_with_state(), state["callbacks"], strict=True):
            callback.load_state_dict(own)

    def _callbacks_with_state(self) -> list[Callback]:
        return [callback for callback in self.callbacks if callback.state_dict()]

    def _is_sized(self) -> bool:
        return all(parameter.is_sized for parameter in self.model.params())

    def _check_state(self, state: dict[str, Any]) -> None:
        needed = {"model", "optimizer", "random", "loaders", "counts", "best", "monitor", "stopped", "history",
                  "totals", "callbacks", "averages"}  # fmt: skip
        if needed - state.keys():
            raise WeightFileError(f"Trainer: the state lacks {', '.join(sorted(needed - state.keys()))}")
        if (state["averages"] is None) != (self.averages is None):
            whose = "the trainer has" if state["averages"] is None else "the checkpoint has"
            raise WeightFileError(f"Trainer: only {whose} averages of the weights; give both the same")
        theirs = [name for name, _ in state["callbacks"]]
        ours = [type(each).__name__ for each in self._callbacks_with_state()]
        if theirs != ours:
            raise WeightFileError(f"Trainer: the checkpoint has state of the callbacks {theirs}, the trainer {ours}")
        if list(state["monitor"]) != [self.monitor, self.higher_is_better]:
            raise WeightFileError(
                f"Trainer: the checkpoint monitors {state['monitor'][0]}, the trainer {self.monitor}"
            )
