"""Averages of weights over the course of training, which often do better than the last weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import numpy as np

from rung.core.guard import note_written
from rung.core.parameter import Parameter, misfit
from rung.cuda import as_numpy
from rung.errors import DTypeError, GraphError, WeightFileError, describe
from rung.optimizers.arrays import follow, working_dtype
from rung.schedules import checked_number


class ExponentialMovingAverage:
    """A running mean of a model's parameters and buffers. Source: Polyak & Juditsky, 1992; Tarvainen & Valpola, 2017.

        average = d * average + (1 - d) * w          d = min(decay, (1 + t) / (10 + t)) with warm_up, else decay

    The averages begin with the weights of the first update. Buffers of integers, such as counts, are not averaged
    but taken as they are. Averages of float16 weights are float32. Where a layer was replaced, they begin anew.

    Args:
        model: a layer; its parameters may still be without a size.
        decay: the share of the average that is kept, in [0, 1).
        warm_up: let the first weights go sooner; t counts the updates.

    >>> import numpy as np, rung
    >>> model = rung.Layer(); model.w = rung.Parameter(np.array([0.0]))
    >>> ema = ExponentialMovingAverage(model, decay=0.75); ema.update()
    >>> model.w.data[:] = 4.0; ema.update()
    >>> with ema.applied():
    ...     model.w
    variable([1.])
    >>> model.w
    variable([4.])
    """

    def __init__(self, model: Any, decay: float = 0.999, warm_up: bool = False):
        if not hasattr(model, "named_params"):
            raise DTypeError(f"ExponentialMovingAverage: expected a layer or model, but got {describe(model)}")
        self.decay = checked_number("ExponentialMovingAverage", "decay", decay, below=1)
        self.model, self.warm_up = model, warm_up
        self.t = 0  # how many updates are done
        self.averages: dict[str, Any] = {}  # by the name of the parameter or buffer
        self._of: dict[str, Parameter] = {}  # whose averages they are, as a layer may be replaced
        self._applied = False

    def update(self) -> None:
        """Take in the weights as they are now; call it after every update of the optimizer.

        Raises:
            GraphError: inside `applied`, where the model holds the averages themselves.
        """
        self._refuse_inside("update")
        kept = min(self.decay, (1 + self.t) / (10 + self.t)) if self.warm_up else self.decay
        weights = dict(self._weights())
        self.averages = {name: self._averaged(name, param, kept) for name, param in weights.items()}
        self._of = weights
        self.t += 1

    def _averaged(self, name: str, param: Parameter, kept: float) -> Any:
        w, average = param._data, self.averages.get(name) if self._of.get(name) is param else None
        if average is None or average.shape != w.shape or w.dtype.kind != "f":
            return w.astype(working_dtype(w.dtype) if w.dtype.kind == "f" else w.dtype)
        average = follow(average, w, working_dtype(w.dtype))
        average += (1 - kept) * (w - average)
        return average

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Give the model the averages for a block, and the weights back afterwards, whatever happens in it.

        Raises:
            GraphError: there are no averages yet, or this is inside another such block.
        """
        self._refuse_inside("applied")
        if not self.averages:
            raise GraphError("ExponentialMovingAverage: there are no averages yet; call update() first")
        averaged = [(param, self.averages[name]) for name, param in self._weights() if self._of.get(name) is param]
        held = [(param, param._data.copy()) for param, _ in averaged]
        self._applied = True
        try:
            for param, average in averaged:
                _write(param, average)
            yield
        finally:
            for param, w in held:
                _write(param, w)
            self._applied = False

    def _refuse_inside(self, call: str) -> None:
        if self._applied:
            raise GraphError(f"ExponentialMovingAverage: {call}() inside applied(), where weights are averages")

    def _weights(self) -> Iterator[tuple[str, Parameter]]:
        """Parameters and buffers that have a size, by name."""
        buffers = getattr(self.model, "named_buffers", None)
        for name, param in chain(self.model.named_params(), buffers() if buffers else ()):
            if param.is_sized:
                yield name, param

    def state_dict(self) -> dict[str, Any]:
        """The averages by name, and how many updates there were; arrays are not copied."""
        averages = {f"average/{name}": average for name, average in self.averages.items()}
        return {"t": np.asarray(self.t), **averages}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave; everything is checked before anything changes.

        Raises:
            WeightFileError: names, shapes or dtypes do not fit the model.
        """
        self._refuse_inside("load_state_dict")
        if not isinstance(state, dict):
            raise DTypeError(f"load_state_dict: expected a dict of arrays by name, but got {describe(state)}")
        arrays = {str(name): as_numpy(array) for name, array in state.items()}
        t = arrays.pop("t", None)
        if t is None or t.shape != () or t.dtype.kind not in "iu" or t < 0:
            raise WeightFileError("load_state_dict: expected t, the number of updates, in the state of averages")
        self.averages = self._checked(arrays) if arrays or t else {}
        self._of = {name: param for name, param in self._weights() if name in self.averages}
        self.t = int(t)

    def _checked(self, arrays: dict[str, Any]) -> dict[str, Any]:
        weights = dict(self._weights())
        expected = {f"average/{name}" for name in weights}
        if differing := sorted(expected ^ arrays.keys()):
            raise WeightFileError(f"load_state_dict: missing or unknown in the averages: {', '.join(differing[:6])}")
        for name, param in weights.items():
            dtype = working_dtype(param.dtype) if param.dtype.kind == "f" else param.dtype
            if objection := misfit(param, arrays[f"average/{name}"], dtype):
                raise WeightFileError(f"load_state_dict: the average of {name} {objection}")
        return {name: arrays[f"average/{name}"].copy() for name in weights}


def _write(param: Parameter, array: Any) -> None:
    """Put values into a parameter's array, which stays the same object for everybody who holds it."""
    param._data[...] = follow(array, param._data, param.dtype)
    note_written(param)
