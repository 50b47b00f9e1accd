"""What a recording is: instructions on numbered values, in the order in which they ran."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rung.errors import GraphError


class Ref:
    """Stands for a value among the arguments of an instruction."""

    __slots__ = ("id",)

    def __init__(self, id: int):
        self.id = id

    def __repr__(self) -> str:
        return f"v{self.id}"


class Method:
    """A method of arrays as a function: `Method("sum")(x, axis=0)` is `x.sum(axis=0)`."""

    __slots__ = ("name",)

    def __init__(self, name: str):
        self.name = name

    def __call__(self, x: Any, *args: Any, **options: Any) -> Any:
        return getattr(x, self.name)(*args, **options)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Method) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f".{self.name}"


@dataclass
class Value:
    """One array, or one Python number, that is computed or comes from outside."""

    id: int
    array: Any  # of the form that it has at every replay; its elements count only if it came from outside
    storage: int  # the number of the value whose memory it looks into: its own, unless it is a view

    @property
    def is_number(self) -> bool:
        return not isinstance(self.array, np.ndarray)


@dataclass
class Instruction:
    """One call of a function."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    options: dict[str, Any]
    outputs: list[int]
    writes: list[int] = field(default_factory=list)  # storages that it writes to in place
    where: str = ""
    lasting: bool = False  # it has an effect outside, as a draw of random numbers has

    def refs(self) -> Iterator[int]:
        """The values that it reads."""
        return refs_of((self.args, self.options))

    @property
    def is_ufunc(self) -> bool:
        return isinstance(self.function, np.ufunc)


class Expected:
    """What a place of the state must hold for a recording to be replayed."""

    __slots__ = ("dtype", "is_read", "place", "shape")

    def __init__(self, place: Any, array: Any, is_read: bool):
        self.place = place
        self.is_read = is_read or not place.is_renewed  # otherwise it does not matter what is there
        self.shape = None if array is None else getattr(array, "shape", None)
        self.dtype = getattr(array, "dtype", None)

    def source(self, array: str, name: Callable[[str, Any], str]) -> str:
        """The condition on the array that is there, as source; "" if there is none."""
        if self.shape is None:
            return f"{array} is None"
        if not self.is_read:
            return ""
        return f"{array} is not None and {array}.shape == {self.shape} and {array}.dtype == {name('d', self.dtype)}"


class SameSetup:
    """That an optimizer steps the same model, with the same groups and hooks."""

    __slots__ = ("groups", "hooks", "optimizer", "target")

    def __init__(self, optimizer: Any):
        self.optimizer, self.target = optimizer, optimizer.target
        self.groups, self.hooks = list(optimizer.groups), list(optimizer.hooks)

    def source(self, name: Callable[[str, Any], str]) -> str:
        """The condition, as source."""
        now = name("o", self.optimizer)
        same = [f"{now}.{kind} == {name('k', getattr(self, kind))}" for kind in ("groups", "hooks")]
        return " and ".join([f"{now}.target is {name('k', self.target)}", *same])


@dataclass
class Program:
    """A whole recording."""

    values: dict[int, Value] = field(default_factory=dict)
    instructions: list[Instruction] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)  # the arguments
    states: list[int] = field(default_factory=list)  # what the step found at its beginning, besides
    constants: list[int] = field(default_factory=list)
    numbers: list[tuple[int, Any, str]] = field(default_factory=list)  # values that are an owner's attribute by name
    guards: list[tuple[Any, Any]] = field(default_factory=list)  # numbers' truths, on which the step decided
    entries: dict[Any, int] = field(default_factory=dict)  # places of the state -> the value found there
    results: list[Any] = field(default_factory=list)  # what the step returned, flat: a Ref, or a plain value
    stores: list[tuple[Any, Any]] = field(default_factory=list)  # places of the state, and the Ref that goes there

    read: list[Any] = field(default_factory=list)  # the places of `states`
    expected: list[Expected] = field(default_factory=list)  # what must hold for a replay
    setups: list[SameSetup] = field(default_factory=list)  # of optimizers, which must be the same ones
    changes: list[tuple[Any, str, Any]] = field(default_factory=list)  # owners, their counts, the growth
    form: Any = None  # of what the step returned: whether each part is a Variable
    links: Any = None  # how the results hang together with what was read

    @property
    def touched(self) -> set[int]:
        """The storages that are written to in part."""
        return {storage for instruction in self.instructions for storage in instruction.writes}

    @property
    def outside(self) -> set[int]:
        """The values whose memory is not the program's own."""
        return {*self.inputs, *self.states, *self.constants}

    def storage(self, id: int) -> int:
        return self.values[id].storage


class _Form:
    """What NumPy makes an array of that has a shape, strides and a place, and no elements."""

    def __init__(self, array: np.ndarray[Any, Any], start: int):
        self.__array_interface__ = {
            "version": 3, "shape": array.shape, "strides": array.strides, "typestr": array.dtype.str,
            "data": (_NOWHERE.ctypes.data + start, True),
        }  # fmt: skip


_NOWHERE = np.zeros(1)


def form_of(array: Any, base: Any = None) -> Any:
    """An array of the same shape, dtype and order that must not be read, for it has no memory; a number as it is.

    Forms of an array and of its `base` lie to one another as they do.
    """
    if not isinstance(array, np.ndarray):
        return array
    return np.asarray(_Form(array, 0 if base is None else array.ctypes.data - base.ctypes.data))


def refs_of(tree: Any) -> Iterator[int]:
    """The numbers of the values that are referred to anywhere in arguments."""
    if isinstance(tree, Ref):
        yield tree.id
    elif isinstance(tree, (tuple, list)):
        for part in tree:
            yield from refs_of(part)
    elif isinstance(tree, dict):
        for part in tree.values():
            yield from refs_of(part)
    elif isinstance(tree, slice):
        yield from refs_of((tree.start, tree.stop, tree.step))


def map_arguments(function: Callable[[Any], Any], tree: Any) -> Any:
    """Arguments with a function of every plain part in them: in tuples, lists, dicts and slices."""
    if isinstance(tree, (tuple, list)):
        return type(tree)([map_arguments(function, part) for part in tree])
    if isinstance(tree, dict):
        return {name: map_arguments(function, part) for name, part in tree.items()}
    if isinstance(tree, slice):
        return slice(*[map_arguments(function, part) for part in (tree.start, tree.stop, tree.step)])
    return function(tree)


# Two recordings of one step ----------------------------------------------------------------------------------------


def same_shape(one: Program, other: Program) -> bool:
    """Whether two recordings ran the same instructions on the same state: then only constants can differ."""
    return (
        len(one.instructions) == len(other.instructions)
        and len(one.states) == len(other.states)
        and len(one.numbers) == len(other.numbers)
        and [slot for slot, _ in one.stores] == [slot for slot, _ in other.stores]
        and all(a.function == b.function and a.outputs == b.outputs and list(a.refs()) == list(b.refs())
                for a, b in zip(one.instructions, other.instructions, strict=True))
    )  # fmt: skip


def check_constants(who: str, one: Program, other: Program) -> None:
    """Refuse a step whose constants were others in the second recording: they would be frozen without a word."""
    for a, b in zip(one.instructions, other.instructions, strict=True):
        if not _equal((a.args, a.options), (b.args, b.options), one, other):
            raise GraphError(
                f"{who}: a value that is neither an argument nor state was another one at the next call, so it "
                f"cannot be part of the program: {_difference(a, b, one, other)} ({b.where}); hand it in as an array"
            )


def _difference(a: Instruction, b: Instruction, one: Program, other: Program) -> str:
    olds, news = _plain_parts(a, one), _plain_parts(b, other)
    for old, new in zip(olds, news, strict=False):
        if not _same(old, new):
            return f"{_short(old)}, then {_short(new)}"
    return "its arguments"


def _plain_parts(instruction: Instruction, program: Program) -> list[Any]:
    found: list[Any] = []
    map_arguments(lambda part: found.append(_resolved(part, program)), (instruction.args, instruction.options))
    return found


def _resolved(part: Any, program: Program) -> Any:
    if isinstance(part, Ref):
        return program.values[part.id].array if part.id in program.constants else part.id
    return part


def _short(x: Any) -> str:
    return f"an array of shape {x.shape}" if isinstance(x, np.ndarray) and x.ndim else f"{x!r}"


def _equal(old: Any, new: Any, one: Program, other: Program) -> bool:
    if isinstance(old, (tuple, list)) and type(old) is type(new):
        return len(old) == len(new) and all(_equal(a, b, one, other) for a, b in zip(old, new, strict=True))
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_equal(old[k], new[k], one, other) for k in old)
    if isinstance(old, slice) and isinstance(new, slice):
        return _equal((old.start, old.stop, old.step), (new.start, new.stop, new.step), one, other)
    return _same(_resolved(old, one), _resolved(new, other))


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, np.ndarray) or isinstance(new, np.ndarray):
        alike = getattr(old, "dtype", None) == getattr(new, "dtype", None) and np.shape(old) == np.shape(new)
        return alike and np.array_equal(old, new, equal_nan=np.asarray(old).dtype.kind == "f")
    return type(old) is type(new) and (old == new or (old != old and new != new))
