"""The state of a step: what it reads and writes besides its arguments, found through what its code refers to."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from rung.core.guard import note_written
from rung.core.parameter import Parameter
from rung.core.variable import Variable, constant
from rung.layers import Layer
from rung.optimizers.optimizer import Optimizer

Name = Callable[[str, Any], str]  # gives an object a name in generated source
NOT_THE_USERS = (str(Path(__file__).parents[1]), str(Path(np.__file__).parent))  # no state is looked for there


class Place:
    """Where an array of the state is kept: an attribute, or an entry of a dict."""

    __slots__ = ("key", "name", "owner")
    is_renewed = False  # whether a step puts another array there, rather than writing to the one that is there

    def __init__(self, owner: Any, name: str):
        self.owner, self.name = owner, name
        self.key = (id(owner), name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return f"{self.name} of the state"

    @property
    def differentiable(self) -> bool:
        """Whether a gradient is wanted for it."""
        return False

    def read(self) -> Any:
        raise NotImplementedError

    def write(self, array: Any) -> None:
        raise NotImplementedError

    def source(self, name: Name) -> str:
        """What is there now, as source."""
        return f"{name('p', self)}.read()"

    def condition(self, name: Name) -> str:
        """What must hold besides, as source; "" if nothing must."""
        return ""


class DataPlace(Place):
    """The array of a Variable."""

    __slots__ = ()

    def __init__(self, variable: Variable):
        super().__init__(variable, "data")

    def read(self) -> Any:
        return self.owner._data

    def write(self, array: Any) -> None:
        self.owner._data = array

    @property
    def differentiable(self) -> bool:
        return self.owner._record.differentiable  # type: ignore[no-any-return]

    def source(self, name: Name) -> str:
        return f"{name('p', self.owner)}._data"

    def condition(self, name: Name) -> str:
        return f"{name('p', self.owner)}._record.differentiable is {self.differentiable}"

    def written(self) -> None:
        """Tell the guard that the array was written to."""
        note_written(self.owner)


class GradientPlace(Place):
    """The gradient of a Variable."""

    __slots__ = ()
    is_renewed = True

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


class AttributePlace(Place):
    """A Variable, or None, that a layer keeps as an attribute: another one after each call, as a cell's state is."""

    __slots__ = ("first",)
    is_renewed = True

    def __init__(self, layer: Layer, name: str):
        super().__init__(layer, name)
        self.first = vars(layer).get(name)

    def read(self) -> Any:
        return getattr(vars(self.owner).get(self.name), "_data", None)

    def write(self, array: Any) -> None:
        same = array is getattr(self.first, "_data", None)
        setattr(self.owner, self.name, self.first if same else constant(array))


class State:
    """The Variables and optimizers that a step refers to."""

    def __init__(self, step: Callable[..., Any], more: Any = ()):
        self.step, self.more = step, more

    def found(self, kind: type) -> list[Any]:
        """Everything of a kind that the step refers to; looked for again, since a model may have grown."""
        return [x for x in _reachable([self.step, self.more]) if isinstance(x, kind)]

    def places(self) -> list[Place]:
        """Every place where an array of the state may be."""
        variables = self.found(Variable)
        places: list[Place] = [DataPlace(x) for x in variables]
        places += [GradientPlace(x) for x in variables]
        places += [AttributePlace(layer, name) for layer in self.found(Layer) for name in _kept(layer)]
        for optimizer in self.found(Optimizer):
            if optimizer.target is not None:
                optimizer._meet_params()
            for memory in optimizer.state.values():
                names = dict.fromkeys([*optimizer.state_names, *memory.arrays])
                places += [MemoryPlace(memory.arrays, name) for name in names]
        return places

    def counters(self) -> list[tuple[Any, str]]:
        """The counts that optimizers keep, as owners and attributes."""
        optimizers = self.found(Optimizer)
        counted = [(optimizer, name) for optimizer in optimizers for name in ("t", "_done")]
        return counted + [(memory, "t") for optimizer in optimizers for memory in optimizer.state.values()]


def _reachable(roots: list[Any]) -> Iterator[Any]:
    stack, seen = list(reversed(roots)), set[int]()
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
        if x.__code__.co_filename.startswith(NOT_THE_USERS):
            return []
        return [*_closure(x), *_globals(x), *(x.__defaults__ or ()), *(x.__kwdefaults__ or {}).values()]
    if isinstance(x, MethodType):
        return [x.__self__, x.__func__]
    if isinstance(x, functools.partial):
        return [x.func, *x.args, *x.keywords.values()]
    if isinstance(x, Layer):
        layers = [layer for _, layer in x.named_layers()]
        return [*layers, *[variable for _, variable in (*x.named_params(), *x.named_buffers())]]
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


def _kept(layer: Layer) -> list[str]:
    """The attributes of a layer that hold a Variable which is no parameter, or will."""
    found = [name for name, x in vars(layer).items() if isinstance(x, Variable) and not isinstance(x, Parameter)]
    return list(dict.fromkeys([*getattr(layer, "state_names", ()), *found]))


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
