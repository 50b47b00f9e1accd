"""What a checkpoint holds, and how it is taken over: checked as a whole, assigned, and undone if that fails.

The file may have been written by anyone. So its form is checked against one table, `FORM`, before anything is
assigned; and what can be found out only by loading (a callback that refuses its state) is undone.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from rung import random
from rung.core.guard import note_written
from rung.errors import DTypeError, ResumeWarning, RungError, WeightFileError, describe
from rung.trainer.callbacks import Callback
from rung.trainer.measuring import Means

if TYPE_CHECKING:
    from rung.trainer.trainer import Trainer

PLACES = ("training", "validation")


def state_of(trainer: Trainer) -> dict[str, Any]:
    """Everything that an exact resume needs."""
    return {
        "model": trainer.model.state_dict(),
        "frozen": [name for name, parameter in trainer.model.named_params() if not parameter.trainable],
        "optimizer": trainer.optimizer.state_dict(),
        "averages": None if trainer.averages is None else trainer.averages.state_dict(),
        "random": random.get_state(),
        "loaders": trainer.places(),
        "counts": {"epoch": trainer.epoch, "step": trainer.step},
        "best": {"figure": trainer.best, "epochs_since": trainer.epochs_since_best},
        "monitor": [trainer.best_so_far.monitor, trainer.best_so_far.higher_is_better],
        "stopped": trainer.stopped,
        "history": trainer.history,
        "means": trainer.means.state(),
        "callbacks": [[type(each).__name__, each.state_dict()] for each in trainer.callbacks],
    }


def load_state_into(trainer: Trainer, state: Any) -> None:
    """Continue from a state, all or nothing."""
    _check_form(state)
    _check_fit(trainer, state)
    undo = _way_back(trainer)
    try:
        _load_parts(trainer, state)
        _freeze(trainer, state["frozen"])
        random.set_state(state["random"])
    except BaseException as error:
        undo()
        if isinstance(error, (RungError, Warning)) or not isinstance(error, Exception):
            raise
        raise WeightFileError(
            f"Trainer: the state could not be loaded, and nothing was changed: {error!r}"
        ) from error
    trainer.epoch, trainer.step = state["counts"]["epoch"], state["counts"]["step"]
    best = trainer.best_so_far
    best.figure, best.epochs_since = float(state["best"]["figure"]), state["best"]["epochs_since"]
    trainer.stopped, trainer.history = state["stopped"], copy.deepcopy(state["history"])
    trainer.means = Means(**state["means"])
    trainer.loader_states = dict(state["loaders"])


# The form ----------------------------------------------------------------------------------------------------------


def _named(value: Any, of: Callable[[Any], bool] = lambda part: True) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) and of(part) for key, part in value.items())


def _count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _number(value: Any) -> bool:
    return type(value) in (int, float)


def _exactly(value: Any, **parts: Callable[[Any], bool]) -> bool:
    """Whether it is a dict of these names alone, each with a value that is right."""
    return isinstance(value, dict) and value.keys() == parts.keys() and all(ok(value[k]) for k, ok in parts.items())


def _pair(value: Any, first: Callable[[Any], bool], second: Callable[[Any], bool]) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and first(value[0]) and second(value[1])


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _all(value: Any, of: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and all(map(of, value))


FORM: dict[str, tuple[Callable[[Any], bool], str]] = {
    "model": (_named, "arrays by name"),
    "frozen": (lambda v: _all(v, _text), "a list of names of parameters"),
    "optimizer": (_named, "arrays by name"),
    "averages": (lambda v: v is None or _named(v), "None, or arrays by name"),
    "random": (_named, "a state of generators"),
    "loaders": (
        lambda v: _named(v, lambda part: part is None or _named(part)) and v.keys() <= set(PLACES),
        "states of the loaders for training and validation",
    ),
    "counts": (lambda v: _exactly(v, epoch=_count, step=_count), "numbers of epochs and steps"),
    "best": (lambda v: _exactly(v, figure=_number, epochs_since=_count), "the best figure and the epochs since it"),
    "monitor": (lambda v: _pair(v, lambda n: n is None or _text(n), lambda b: type(b) is bool), "a name and a bool"),
    "stopped": (lambda v: type(v) is bool, "a bool"),
    "history": (lambda v: _all(v, _named), "a list of figures by name"),
    "means": (lambda v: _exactly(v, totals=lambda t: _named(t, _number), count=_count), "totals and their count"),
    "callbacks": (lambda v: _all(v, lambda p: _pair(p, _text, lambda s: isinstance(s, dict))), "names with states"),
}


def _check_form(state: Any) -> None:
    if not isinstance(state, dict):
        raise DTypeError(f"Trainer: expected a dict of states, but got {describe(state)}")
    if lacking := sorted(FORM.keys() - state.keys()):
        raise WeightFileError(f"Trainer: the state lacks {', '.join(lacking)}")
    for name, (is_right, form) in FORM.items():
        if not is_right(state[name]):
            raise WeightFileError(f"Trainer: {name} in the state must be {form}, but is {state[name]!r:.80}")


# Whether it is of this training ------------------------------------------------------------------------------------


def _check_fit(trainer: Trainer, state: dict[str, Any]) -> None:
    if (state["averages"] is None) != (trainer.averages is None):
        whose = "the trainer has" if state["averages"] is None else "the checkpoint has"
        raise WeightFileError(f"Trainer: only {whose} averages of the weights; give both the same")
    best = trainer.best_so_far
    theirs, ours = _monitored(*state["monitor"]), _monitored(best.monitor, best.higher_is_better)
    if theirs != ours:
        raise WeightFileError(f"Trainer: the checkpoint monitors {theirs}, the trainer {ours}")
    unknown = set(state["frozen"]) - {name for name, _ in trainer.model.named_params()}
    if unknown:
        raise WeightFileError(
            f"Trainer: the checkpoint freezes {', '.join(sorted(unknown))}, which the model has not"
        )
    _callback_states(trainer, state)


def _monitored(name: str | None, higher_is_better: bool) -> str:
    return f"{name}, of which {'higher' if higher_is_better else 'lower'} is better"


def _callback_states(trainer: Trainer, state: dict[str, Any]) -> list[tuple[Callback, dict[str, Any]]]:
    """Each callback with the state that is its own: the first of a class gets the first one's, and so on.

    Callbacks without a state may come and go. One may have a state only once it has begun.
    """
    left, found = list(state["callbacks"]), []
    for callback in trainer.callbacks:
        kind = type(callback).__name__
        place = next((i for i, (name, _) in enumerate(left) if name == kind), None)
        if place is not None:
            found.append((callback, left.pop(place)[1]))
        elif callback.state_dict():
            raise _other_callbacks(trainer, state)
    if any(own for _, own in left):
        raise _other_callbacks(trainer, state)
    return [(callback, own) for callback, own in found if own or callback.state_dict()]


def _other_callbacks(trainer: Trainer, state: dict[str, Any]) -> WeightFileError:
    theirs = [name for name, own in state["callbacks"] if own]
    ours = [type(each).__name__ for each in trainer.callbacks]
    return WeightFileError(f"Trainer: the checkpoint has state of the callbacks {theirs}, the trainer has {ours}")


# Assigning, and the way back ---------------------------------------------------------------------------------------


def _load_parts(trainer: Trainer, state: dict[str, Any]) -> None:
    trainer.model.load_state_dict(state["model"])
    trainer.optimizer.load_state_dict(state["optimizer"])
    if trainer.averages is not None:
        trainer.averages.load_state_dict(state["averages"])
    for callback, own in _callback_states(trainer, state):
        callback.load_state_dict(own)


def _freeze(trainer: Trainer, frozen: list[str]) -> None:
    """Which parameters learn is as it was saved; where the program says another thing, a warning tells."""
    changed = []
    for name, parameter in trainer.model.named_params():
        if parameter.trainable == (name in frozen):
            changed.append(f"{name} {'is frozen' if name in frozen else 'learns'}")
            parameter.trainable = name not in frozen
    if changed:
        more = f" and {len(changed) - 6} more" if len(changed) > 6 else ""
        told = f"Trainer: {', '.join(changed[:6])}{more} as saved; freeze or unfreeze it after resuming to change it"
        warnings.warn(told, ResumeWarning, stacklevel=5)


def _way_back(trainer: Trainer) -> Callable[[], None]:
    """A function that makes model, optimizer, averages and callbacks what they are now."""
    buffers = trainer.model.named_buffers() if hasattr(trainer.model, "named_buffers") else ()
    held = [
        (p, p._record, p.trainable, p._data, p._data.copy() if p.is_sized else None)
        for _, p in (*trainer.model.named_params(), *buffers)
    ]
    optimizer = copy.deepcopy(trainer.optimizer.state_dict())
    parts = [*trainer.callbacks, *([] if trainer.averages is None else [trainer.averages])]
    attributes = [(part, dict(vars(part))) for part in parts]
    callbacks = [(each, copy.deepcopy(own)) for each in trainer.callbacks if (own := each.state_dict())]

    def undo() -> None:
        for parameter, record, trainable, array, values in held:
            parameter._record, parameter._data, parameter.trainable = record, array, trainable
            if values is not None:
                array[...] = values
                note_written(parameter)
        with warnings.catch_warnings(action="ignore"):
            trainer.optimizer.load_state_dict(optimizer)
        for part, before in attributes:
            vars(part).clear()
            vars(part).update(before)
        for callback, own in callbacks:
            with suppress(Exception):  # what it refused a moment ago, perhaps; its attributes are back
                callback.load_state_dict(own)

    return undo
