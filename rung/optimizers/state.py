"""An optimizer's state by name, and back again: everything is checked before anything is assigned.

The names are paths, headed by the kind of optimizer::

    Adam/t                        how many updates are done
    Adam/hyperparameter/lr        each hyperparameter that is a number
    Adam/schedule/lr/best         what a schedule, of the optimizer or of a group, remembers
    Adam/group/0/lr/best
    Adam/hook/0/t                 what a hook remembers
    Adam/param/l1.W/t             how many steps a parameter has made
    Adam/param/l1.W/m             what is remembered of it
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rung.core.variable import Parameter
from rung.cuda import as_numpy
from rung.errors import DTypeError, RungError, WeightFileError, describe
from rung.optimizers.arrays import working_dtype
from rung.optimizers.hyperparameters import hyperparameters

if TYPE_CHECKING:
    from rung.optimizers.optimizer import Memory, Optimizer

SHOWN = 6  # how many names a message lists


def state_of(optimizer: Optimizer) -> dict[str, Any]:
    """The state of an optimizer that has met its parameters."""
    numbers: dict[str, Any] = {"t": optimizer.t}
    numbers |= {f"hyperparameter/{name}": value for name, value in _plain_numbers(optimizer).items()}
    for part, holder in _parts(optimizer).items():
        numbers |= {f"{part}/{name}": value for name, value in holder.state_dict().items()}
    state = {name: np.asarray(value) for name, value in numbers.items()}
    for memory in optimizer.state.values():
        if memory.t:
            state[f"param/{memory.name}/t"] = np.asarray(memory.t)
            state |= {f"param/{memory.name}/{name}": array for name, array in memory.arrays.items()}
    return {f"{type(optimizer).__name__}/{name}": value for name, value in state.items()}


def load_state(optimizer: Optimizer, state: Any) -> None:
    """Check a state as a whole, then assign it."""
    arrays = _own_names(type(optimizer).__name__, state)
    params = {memory.name: param for param, memory in optimizer.state.items()}
    numbers = _expected_numbers(optimizer)
    stepped = [name for name in params if f"param/{name}/t" in arrays]
    kept = {f"param/{name}/{key}": name for name in stepped for key in optimizer.state_names}
    counts = {f"param/{name}/t" for name in stepped}
    _check_names(arrays, numbers | counts | kept.keys())
    values = {name: _number(name, arrays[name]) for name in sorted(numbers | counts)}
    for name in ("t", *counts):
        _check_count(name, values[name])
    for name, owner in kept.items():
        _check_array(name, arrays[name], params[owner])
    _check_hyperparameters(optimizer, values)
    _assign(optimizer, values, {name: arrays[name] for name in kept})


def _plain_numbers(optimizer: Optimizer) -> dict[str, float]:
    """The hyperparameters that are no schedules."""
    found = {name: vars(optimizer)[name] for name in hyperparameters(optimizer)}
    return {name: value for name, value in found.items() if isinstance(value, float)}


def _parts(optimizer: Optimizer) -> dict[str, Any]:
    """The schedules and hooks that have a state, by the path that it is saved under."""
    parts = {f"schedule/{name}": vars(optimizer)[name] for name in hyperparameters(optimizer)}
    for i, group in enumerate(optimizer.groups):
        parts |= {f"group/{i}/{name}": value for name, value in group.overrides.items()}
    parts |= {f"hook/{i}": hook for i, hook in enumerate(optimizer.hooks)}
    return {path: part for path, part in parts.items() if hasattr(part, "state_dict")}


def _expected_numbers(optimizer: Optimizer) -> set[str]:
    names = {"t", *(f"hyperparameter/{name}" for name in _plain_numbers(optimizer))}
    for path, part in _parts(optimizer).items():
        names |= {f"{path}/{name}" for name in part.state_dict()}
    return names


def _own_names(kind: str, state: Any) -> dict[str, Any]:
    """The arrays under their names without the kind of optimizer, which must be the right one."""
    if not isinstance(state, dict):
        raise DTypeError(f"load_state_dict: expected a dict of arrays by name, but got {describe(state)}")
    kinds = {str(name).partition("/")[0] for name in state}
    if kinds != {kind}:
        came = ", ".join(sorted(kinds)) or "nothing"
        raise WeightFileError(f"load_state_dict: expected the state of {kind}, but got that of {came}")
    return {name.partition("/")[2]: as_numpy(array) for name, array in state.items()}


def _check_names(arrays: dict[str, Any], expected: set[str]) -> None:
    missing, unknown = sorted(expected - arrays.keys()), sorted(arrays.keys() - expected)
    if missing or unknown:
        raise WeightFileError(
            f"load_state_dict: the names differ; missing: {_listed(missing)}; unknown: {_listed(unknown)}; "
            "make the optimizer, its model, schedules, groups and hooks as they were when the state was saved"
        )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return (", ".join(names[:SHOWN]) or "none") + more


def _number(name: str, array: Any) -> Any:
    if array.shape != () or array.dtype.kind not in "fiub":
        raise WeightFileError(f"load_state_dict: {name} must be a number, but got {describe(array)}")
    return array.item()


def _check_count(name: str, value: Any) -> None:
    if not isinstance(value, int) or value < 0:
        raise WeightFileError(f"load_state_dict: {name} must be an integer of at least 0, but got {value!r}")


def _check_array(name: str, array: Any, param: Parameter) -> None:
    shape = param.expected_shape
    fits = len(shape) == array.ndim and all(a in (None, b) for a, b in zip(shape, array.shape, strict=True))
    right = array.dtype == working_dtype(param.dtype) if param.is_sized else array.dtype.kind == "f"
    if not fits or not right:
        sizes = ", ".join("any" if size is None else str(size) for size in shape)
        wanted = working_dtype(param.dtype) if param.is_sized else "of floats"
        raise WeightFileError(
            f"load_state_dict: {name} must be {wanted} ({sizes}) as its parameter, but got {describe(array)}"
        )


def _check_hyperparameters(optimizer: Optimizer, values: dict[str, Any]) -> None:
    for name in _plain_numbers(optimizer):
        try:
            hyperparameters(optimizer)[name].checked(optimizer, values[f"hyperparameter/{name}"])
        except RungError as error:
            raise WeightFileError(f"load_state_dict: {error}") from error


def _assign(optimizer: Optimizer, values: dict[str, Any], arrays: dict[str, Any]) -> None:
    for path, part in _parts(optimizer).items():
        part.load_state_dict({name: values[f"{path}/{name}"] for name in part.state_dict()})
    for name in _plain_numbers(optimizer):
        setattr(optimizer, name, values[f"hyperparameter/{name}"])
    optimizer.t = optimizer._done = values["t"]
    for memory in optimizer.state.values():
        _assign_memory(memory, optimizer.state_names, values, arrays)


def _assign_memory(memory: Memory, names: tuple[str, ...], values: dict[str, Any], arrays: dict[str, Any]) -> None:
    """What is remembered of one parameter: copies, which go to its device when they are first used."""
    path = f"param/{memory.name}"
    memory.t = values.get(f"{path}/t", 0)
    memory.arrays = {name: arrays[f"{path}/{name}"].copy() for name in names} if memory.t else {}
