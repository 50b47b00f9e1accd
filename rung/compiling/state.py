"""The state of a step: what it reads and writes besides its arguments, found through what its code refers to."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from rung.core.guard import note_written
from rung.core.variable import Variable
from rung.layers import Layer
from rung.optimizers.optimizer import Optimizer


class Place:
    """Where an array of the state is kept: an attribute, or an entry of a dict."""

    __slots__ = ("key", "name", "owner")

    def __init__(self, owner: Any, name: str):
        self.owner, self.name = owner, name
        self.key = (id(owner), name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    def read(self) -> Any:
        raise NotImplementedError

    def write(self, array: Any) -> None:
        raise NotImplementedError


class DataPlace(Place):
    """The array of a Variable."""

    __slots__ = ("guard",)

    def __init__(self, variable: Variable):
        super().__init__(variable, "data")

    def read(self) -> Any:
        return self.owner._data

    def write(self, array: Any) -> None:
        self.owner._data = array

    def written(self) -> None:
        """Tell the guard that the array was written to."""
        note_written(self.owner)


class GradientPlace(Place):
    """The gradient of a Variable."""

    __slots__ = ()

    def __init__(self, variable: Variable):
        super().__init__(variable, "grad")

    def read(self) -> Any:
        gradient = self.owner._record.grad
        return getattr(gradient, "_data", gradient)

    def write(self, array: Any) -> None:
        self.owner._record.grad = array


class MemoryPlace(Place):
    """An array that an optimizer remembers."""

    __slots__ = ()

    def read(self) -> Any:
        return self.owner.get(self.name)

    def write(self, array: Any) -> None:
        if array is None:
            self.owner.pop(self.name, None)
        else:
            self.owner[self.name] = array


class State:
    """The Variables and optimizers that a step refers to."""

    def __init__(self, step: Callable[..., Any], more: Any = ()):
        self.step, self.more = step, more

    def found(self) -> tuple[list[Variable], list[Optimizer]]:
        """Look again: a model may have grown."""
        seen: set[int] = set()
        variables: dict[int, Variable] = {}
        optimizers: dict[int, Optimizer] = {}
        for x in _reachable([self.step, self.more], seen):
            if isinstance(x, Variable):
                variables[id(x)] = x
            elif isinstance(x, Optimizer):
                optimizers[id(x)] = x
        return list(variables.values()), list(optimizers.values())

    def places(self) -> list[Place]:
        """Every place where an array of the state may be."""
        variables, optimizers = self.found()
        places: list[Place] = [DataPlace(x) for x in variables]
        places += [GradientPlace(x) for x in variables]
        for optimizer in optimizers:
            if optimizer.target is not None:
                optimizer._meet_params()
            for memory in optimizer.state.values():
                names = dict.fromkeys([*optimizer.state_names, *memory.arrays])
                places += [MemoryPlace(memory.arrays, name) for name in names]
        return places

    def counters(self) -> list[tuple[Any, str]]:
        """The counts that optimizers keep, as owners and attributes."""
        optimizers = self.found()[1]
        counted = [(optimizer, name) for optimizer in optimizers for name in ("t", "_done")]
        return counted + [(memory, "t") for optimizer in optimizers for memory in optimizer.state.values()]


def _reachable(roots: list[Any], seen: set[int]) -> Iterator[Any]:
    stack = list(reversed(roots))
    while stack:
        x = stack.pop()
        if id(x) in seen:
            continue
        seen.add(id(x))
        yield x
        stack.extend(reversed(_within(x)))


def _within(x: Any) -> list[Any]:
    """What an object of a user's program refers to, as far as state is found there."""
    if isinstance(x, FunctionType):
        if x.__module__.partition(".")[0] in ("rung", "numpy"):
            return []
        return [*_closure(x), *_globals(x), *(x.__defaults__ or ()), *(x.__kwdefaults__ or {}).values()]
    if isinstance(x, MethodType):
        return [x.__self__, x.__func__]
    if isinstance(x, functools.partial):
        return [x.func, *x.args, *x.keywords.values()]
    if isinstance(x, Layer):
        state = [variable for _, variable in (*x.named_params(), *x.named_buffers())]
        return [*state, *[value for value in vars(x).values() if isinstance(value, (Variable, Optimizer))]]
    if isinstance(x, Optimizer):
        return [x.target, *x.hooks]
    if isinstance(x, dict):
        return list(x.values())
    if isinstance(x, (list, tuple, set, frozenset)):
        return list(x)
    if isinstance(x, (type, ModuleType, np.ndarray, str, bytes, int, float, Variable)) or x is None:
        return []
    if type(x).__module__.partition(".")[0] in ("rung", "numpy", "builtins"):
        return [x.__wrapped__] if hasattr(x, "__wrapped__") else []
    return list(vars(x).values()) if hasattr(x, "__dict__") else []


def _closure(function: FunctionType) -> list[Any]:
    found = []
    for cell in function.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:  # a name that has no value yet
            continue
    return found


def _globals(function: FunctionType) -> list[Any]:
    names = _names(function.__code__)
    return [function.__globals__[name] for name in sorted(names) if name in function.__globals__]


def _names(code: CodeType) -> set[str]:
    inner = [_names(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    return set(code.co_names).union(*inner)
