"""Who made the first NaN or infinity of a training: the data, an op, a hook, or the update itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

import numpy as np

from rung import random
from rung.config import debug
from rung.cuda import get_array_module, is_array
from rung.errors import NanError
from rung.trainer.measuring import Loss
from rung.trees import leaves


def is_finite(array: Any) -> bool:
    """Whether an array holds numbers alone."""
    return all_finite([array]) or bool(get_array_module(array).isfinite(array).all())


def all_finite(arrays: Iterable[Any]) -> bool:
    """Whether the sum of all elements is a number: quick, and False also where only the sum is too large."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = sum(array.sum() for array in arrays)
        return bool(get_array_module(total).isfinite(total))


def check_gradients(model: Any) -> bool:
    """Whether all gradients are numbers."""
    gradients = [p.grad._data for p in model.params() if p.grad is not None]
    return all_finite(gradients) or all(map(is_finite, gradients))


def check_weights(model: Any, optimizer: Any, step: int) -> None:
    """Blame the update, or a hook that changed the gradients before it, for weights that are no numbers any more."""
    weights = [p._data for p in model.params() if p.is_sized]
    if all_finite(weights) or all(map(is_finite, weights)):
        return
    names = [name for name, p in model.named_params() if p.is_sized and not is_finite(p._data)]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    where = f"Trainer: at step {step} the gradients were numbers, but"
    if not check_gradients(model):
        raise NanError(f"{where} a hook of the optimizer made NaN or infinity of them; {shown} went bad")
    raise NanError(
        f"{where} the update by {type(optimizer).__name__} made NaN or infinity of {shown}; nothing was saved; "
        "a smaller learning rate may help, or a larger eps"
    )


def explain(what: str, model: Any, loss: Loss, batch: Any, random_state: Any, step: int) -> NoReturn:
    """Run a batch once more, and let the op speak up that made the first NaN or infinity."""
    random.set_state(random_state)
    where = f"Trainer: the {what} is no number any more at step {step}"
    if not all(is_finite(x) for x in leaves(batch) if is_array(x) and x.dtype.kind == "f"):
        raise NanError(f"{where}, for the batch itself holds NaN or infinity: look at the data")
    try:
        with debug(), np.errstate(all="ignore"):
            model.cleargrads()
            loss(model(batch[0]), batch[1]).backward()
    except NanError as error:
        raise NanError(f"{where}; {error}; a smaller learning rate may help") from None
    raise NanError(f"{where}, though no op made it out of numbers: look at the weights")
