"""An optimizer's state by name, and back again: everything is checked before anything is assigned.

The names are paths, headed by the kind of optimizer::

    Adam/t                        how many updates are done
    Adam/hyperparameter/lr        each hyperparameter that is a number
    Adam/schedule/lr/best         what a schedule, of the optimizer or of a group, remembers
    Adam/group/0/lr               a number of a group, or what its schedule remembers
    Adam/group/0/members          which parameters it selects
    Adam/hook/0/t                 what a hook remembers
    Adam/param/l1.W/t             how many steps a parameter has made
    Adam/param/l1.W/m             what is remembered of it
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from rung.core.parameter import Parameter, misfit
from rung.cuda import as_numpy
from rung.errors import DTypeError, ResumeWarning, RungError, WeightFileError, describe
from rung.optimizers.arrays import working_dtype
from rung.optimizers.hyperparameters import declared, numbers_and_schedules

if TYPE_CHECKING:
    from rung.optimizers.optimizer import Memory, Optimizer

SHOWN = 6  # how many names a message lists


def state_of(optimizer: Optimizer) -> dict[str, Any]:
    """The state of an optimizer that has met its parameters."""
    numbers: dict[str, Any] = {"t": optimizer.t}
    numbers |= _plain_numbers(optimizer) | _members(optimizer)
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
    _check_members(optimizer, values)
    _warn_of_changes(optimizer, values)
    _assign(optimizer, values, {name: arrays[name] for name in kept})


def _plain_numbers(optimizer: Optimizer) -> dict[str, float]:
    """The hyperparameters, of the optimizer and its groups, that are no schedules, by the paths they are saved at."""
    return {path: value for path, value in numbers_and_schedules(optimizer).items() if isinstance(value, float)}


def _members(optimizer: Optimizer) -> dict[str, int]:
    """For each group, a number that tells which parameters it selects."""
    return {
        f"group/{i}/members": crc32("\n".join(sorted(m.name for p, m in optimizer.state.items()
                                                     if group.selects(m.name, p))).encode())
        for i, group in enumerate(optimizer.groups)
    }  # fmt: skip


def _parts(optimizer: Optimizer) -> dict[str, Any]:
    """The schedules and hooks that have a state, by the path that it is saved under."""
    parts: dict[str, Any] = {
        path.replace("hyperparameter/", "schedule/", 1): value
        for path, value in numbers_and_schedules(optimizer).items()
    }
    parts |= {f"hook/{i}": hook for i, hook in enumerate(optimizer.hooks)}
    return {path: part for path, part in parts.items() if hasattr(part, "state_dict")}


def _expected_numbers(optimizer: Optimizer) -> set[str]:
    names = {"t", *_plain_numbers(optimizer), *_members(optimizer)}
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
    dtype = working_dtype(param.dtype) if param.is_sized else None
    if objection := misfit(param, array, dtype):
        raise WeightFileError(f"load_state_dict: {name} {objection}")


def _check_hyperparameters(optimizer: Optimizer, values: dict[str, Any]) -> None:
    for path in _plain_numbers(optimizer):
        try:
            declared(optimizer, path.rpartition("/")[2]).checked(optimizer, values[path])
        except RungError as error:
            raise WeightFileError(f"load_state_dict: {error}") from error


def _check_members(optimizer: Optimizer, values: dict[str, Any]) -> None:
    for path, members in _members(optimizer).items():
        if values[path] != members:
            selector = optimizer.groups[int(path.split("/")[1])].selector
            raise WeightFileError(
                f"load_state_dict: the group of {selector!r} selects other parameters than when the state was saved; "
                "add the groups as they were"
            )


def _warn_of_changes(optimizer: Optimizer, values: dict[str, Any]) -> None:
    """The saved numbers hold, and nobody is to believe that new ones do."""
    changed = [
        f"{path.removeprefix('hyperparameter/')} is {values[path]} as saved, not {now}"
        for path, now in _plain_numbers(optimizer).items()
        if values[path] != now
    ]
    if changed:
        listed = "; ".join(changed)
        warnings.warn(f"load_state_dict: {listed}; assign it after loading to change it", ResumeWarning, stacklevel=4)


def _assign(optimizer: Optimizer, values: dict[str, Any], arrays: dict[str, Any]) -> None:
    for path, part in _parts(optimizer).items():
        part.load_state_dict({name: values[f"{path}/{name}"] for name in part.state_dict()})
    for path in _plain_numbers(optimizer):
        where, _, name = path.rpartition("/")
        if where == "hyperparameter":
            setattr(optimizer, name, values[path])
        else:
            optimizer.groups[int(where.split("/")[1])].overrides[name] = float(values[path])
    optimizer.t = optimizer._done = values["t"]
    for memory in optimizer.state.values():
        _assign_memory(memory, optimizer.state_names, values, arrays)
    optimizer._meet_params()  # the numbers of groups reach their parameters


def _assign_memory(memory: Memory, names: tuple[str, ...], values: dict[str, Any], arrays: dict[str, Any]) -> None:
    """What is remembered of one parameter: copies, which go to its device when they are first used."""
    path = f"param/{memory.name}"
    memory.t = values.get(f"{path}/t", 0)
    memory.arrays = {name: arrays[f"{path}/{name}"].copy() for name in names} if memory.t else {}
