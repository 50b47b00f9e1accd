"""The numbers that an optimizer is steered by: checked, scheduled, and other ones for some of the parameters."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Self, overload

from rung.core.parameter import Parameter
from rung.errors import DTypeError, ValueRangeError, describe
from rung.schedules import Plateau, Schedule, checked_number

Number = float | Schedule
Selector = str | Callable[[str, Parameter], bool]


class Hyperparameter:
    """A number of an optimizer, or a schedule of it: the attribute reads as the number of the next update.

    It is checked when it is set, and a schedule's numbers when they are read.

    Args:
        below: what the number must be below, besides being at least 0.
        name: what it is called, where it is not an attribute of a class.

    >>> from rung.optimizers import Optimizer
    >>> class Own(Optimizer):
    ...     damping = Hyperparameter(below=1)
    >>> own = Own(); own.damping = lambda t: 0.5 ** (t + 1); own.damping
    0.5
    """

    def __init__(self, below: float = math.inf, name: str = ""):
        self.below, self.name = below, name

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, optimizer: None, owner: type) -> Self: ...
    @overload
    def __get__(self, optimizer: Any, owner: type) -> float: ...
    def __get__(self, optimizer: Any, owner: type) -> Self | float:
        if optimizer is None:
            return self
        if self.name not in vars(optimizer):
            raise AttributeError(f"{owner.__name__} has no {self.name}: its __init__ has not set it")
        return self.at(optimizer, vars(optimizer)[self.name])

    def __set__(self, optimizer: Any, value: Number) -> None:
        vars(optimizer)[self.name] = self.checked(optimizer, value)

    def checked(self, optimizer: Any, value: Any) -> Number:
        """A schedule as it is, a number as a float."""
        return value if callable(value) else self._number(optimizer, value)

    def at(self, optimizer: Any, value: Number) -> float:
        """The number for the next update."""
        return value if isinstance(value, float) else self._number(optimizer, value(optimizer.t))

    def _number(self, optimizer: Any, value: Any) -> float:
        return checked_number(type(optimizer).__name__, self.name, value, self.below)


def hyperparameters(optimizer: Any) -> dict[str, Hyperparameter]:
    """The hyperparameters that an optimizer has set, by name."""
    cls, found = type(optimizer), {}
    for name in vars(optimizer):
        if isinstance(declared := getattr(cls, name, None), Hyperparameter):
            found[name] = declared
    return found


def numbers_and_schedules(optimizer: Any) -> dict[str, Number]:
    """What an optimizer and its groups are steered by, by the path that it has in a state."""
    found = {f"hyperparameter/{name}": vars(optimizer)[name] for name in hyperparameters(optimizer)}
    for i, group in enumerate(optimizer.groups):
        found |= {f"group/{i}/{name}": value for name, value in group.overrides.items()}
    return found


def plateaus(optimizer: Any) -> list[Plateau]:
    """The `Plateau`s of an optimizer and its groups, each once, which a trainer tells how it goes.

    >>> from rung.optimizers import SGD
    >>> plateau = Plateau(0.1)
    >>> len(plateaus(SGD(plateau).add_group("*.b", lr=plateau))), plateaus(SGD(0.1))
    (1, [])
    """
    found = {id(value): value for value in numbers_and_schedules(optimizer).values() if isinstance(value, Plateau)}
    return list(found.values())


LR_SCALE = Hyperparameter(name="lr_scale")  # what a group's rate is multiplied by


def declared(optimizer: Any, name: str) -> Hyperparameter:
    """What checks and reads a number of an optimizer, or of one of its groups."""
    return LR_SCALE if name == LR_SCALE.name else getattr(type(optimizer), name)  # type: ignore[no-any-return]


@dataclass
class Group:
    """Other hyperparameters for the parameters that a glob or a predicate selects."""

    selector: Selector
    overrides: dict[str, Number]
    met: bool = False  # whether it has selected anything so far

    def selects(self, name: str, param: Parameter) -> bool:
        """Whether a parameter is in this group."""
        if isinstance(self.selector, str):
            selected = fnmatchcase(name, self.selector)
        else:
            selected = bool(self.selector(name, param))
        self.met |= selected
        return selected


def new_group(optimizer: Any, selector: Selector, overrides: dict[str, Any]) -> Group:
    """A group whose arguments have been checked."""
    who = f"{type(optimizer).__name__}: add_group"
    if not isinstance(selector, str) and not callable(selector):
        raise DTypeError(f"{who} expected a glob or a function of name and parameter, but got {describe(selector)}")
    known = {**hyperparameters(optimizer), LR_SCALE.name: LR_SCALE}
    if unknown := [name for name in overrides if name not in known] or (["nothing"] if not overrides else []):
        raise ValueRangeError(f"{who} expected some of {', '.join(sorted(known))}, but got {', '.join(unknown)}")
    return Group(selector, {name: known[name].checked(optimizer, value) for name, value in overrides.items()})


class Settings:
    """What holds for one parameter in the next update: hyperparameters as attributes, and `t`, which step it is.

    The optimizer's own `weight_decay` leaves out biases, scales and shifts (parameters with fewer than two axes),
    which have no need to be small; a group's holds for all that it selects.
    """

    def __init__(self, optimizer: Any, param: Parameter, overrides: dict[str, Number], t: int):
        self._optimizer, self._param, self._overrides, self.t = optimizer, param, overrides, t

    def __getattr__(self, name: str) -> float:
        """A number when it is first asked for; from then on it is a plain attribute."""
        value = self._number(name)
        if name == "lr" and LR_SCALE.name in self._overrides:
            value *= self._number(LR_SCALE.name)
        elif name == "weight_decay" and name not in self._overrides and len(self._param.expected_shape) < 2:
            value = 0.0
        vars(self)[name] = value
        return value

    def _number(self, name: str) -> float:
        if name in self._overrides:
            return declared(self._optimizer, name).at(self._optimizer, self._overrides[name])
        return getattr(self._optimizer, name)  # type: ignore[no-any-return]
