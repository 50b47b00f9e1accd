"""A graph as plain data: what was computed from what, what happened when, and what is known of the arrays.

It is what a recording fills and what everything that draws reads; in a file it is a trace, which `docs/trace.md`
describes field by field. A number that stands for another object is its place in the list of such objects.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rung.errors import GraphError


def _version() -> str:
    return str(sys.modules["rung"].__version__)  # the package's face, which rooms inside do not import


Nested = Any  # a number, or lists of it, as deep as the array has axes


@dataclass(slots=True)
class Op:
    """A kind of function that was called."""

    name: str
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    summary: str = ""
    formula: str = ""


@dataclass(slots=True)
class Scope:
    """A call of a layer."""

    parent: int | None
    name: str  # what the layer around it calls it
    kind: str
    path: str  # what the outermost layer calls it
    count: int  # how many calls of the same layer came before


@dataclass(slots=True)
class Thumbnail:
    """An array as a small picture: one byte a pixel, 0 the minimum and 255 the maximum, row after row, in base64."""

    rows: int
    columns: int
    pixels: str


@dataclass(slots=True)
class Array:
    """What is known of the elements of an array; the statistics are over the finite ones."""

    bytes: int
    min: float | None
    max: float | None
    mean: float | None
    std: float | None
    norm: float
    zeros: int
    nan: int
    inf: int
    histogram: list[int]
    values: Nested = None
    thumbnail: Thumbnail | None = None


@dataclass(slots=True)
class Value:
    """A variable, or a plain array or number that a function was called on."""

    kind: str  # parameter, buffer, leaf, result, data or number
    name: str | None
    shape: list[int]
    dtype: str
    maker: int | None = None
    output: int = 0
    generation: int = 0
    differentiable: bool = False
    scope: int | None = None
    group: int | None = None
    gradient_of: int | None = None
    arrays: list[tuple[int, Array]] = field(default_factory=list)
    gradients: list[tuple[int, Array]] = field(default_factory=list)


@dataclass(slots=True)
class Call:
    """A call of a function."""

    op: int
    inputs: list[int]
    outputs: list[int]
    generation: int = 0
    scope: int | None = None
    group: int | None = None
    source: tuple[int, int] | None = None  # a file and a line
    options: dict[str, str] = field(default_factory=dict)
    pass_: int | None = None
    derives: int | None = None
    recorded: bool = True
    saved: list[int] = field(default_factory=list)
    multiply_adds: int = 0
    failed: bool = False


@dataclass(slots=True)
class Pass:
    """A backward pass."""

    root: int
    create_graph: bool = False


@dataclass(slots=True)
class Arrival:
    """A gradient that reaches a value."""

    value: int
    array: Array
    sum: bool = False  # whether it was added to one that was there


@dataclass(slots=True)
class Event:
    """Something that happened; what it is says which of the fields it has."""

    what: str
    call: int | None = None
    pass_: int | None = None
    arrivals: list[Arrival] | None = None
    pushed: list[int] | None = None
    number: int | None = None
    value: int | None = None
    seconds: float | None = None


@dataclass(slots=True)
class Memory:
    """What took memory and when, as columns of one length."""

    events: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """A stretch of calls that may be folded into one box."""

    parent: int | None
    kind: str
    label: str
    detail: str
    scope: int | None
    first: int
    last: int
    open: bool = False


@dataclass(slots=True)
class Failure:
    """The exception that ended a recording, and where: in which call, layer and line, as far as that is known."""

    type: str
    message: str
    call: int | None = None
    scope: int | None = None
    source: tuple[int, int] | None = None


@dataclass(slots=True)
class Graph:
    """What was recorded, or found behind a variable.

    >>> import rung
    >>> x = rung.Variable(2.0, name="x")
    >>> with rung.record("a square") as graph:
    ...     (x * x).backward()
    >>> graph
    <graph of 1 function, 2 values and 4 events>
    """

    title: str = ""
    rung: str = field(default_factory=_version)
    ops: list[Op] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)
    groups: list[Group] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    error: Failure | None = None
    _on_step: Callable[[], None] | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        numbers = [(len(self.calls), "function"), (len(self.values), "value"), (len(self.events), "event")]
        functions, values, events = (f"{n} {word}{'' if n == 1 else 's'}" for n, word in numbers)
        return f"<graph of {functions}, {values} and {events}>"

    def step(self) -> None:
        """Say that an iteration of a training begins here.

        Without it, one begins with the first call after an update of the parameters.

        Raises:
            GraphError: the recording is over.
        """
        if self._on_step is None:
            raise GraphError("Graph.step: expected a recording that is under way, but this one is over")
        self._on_step()

    def to_json(self) -> str:
        """The graph as the text of a trace; the same graph gives the same text."""
        from rung.picture.trace import to_json  # which reads and writes what stands here

        return to_json(self)

    @staticmethod
    def from_json(text: str | bytes) -> Graph:
        """The graph in the text of a trace.

        Raises:
            TraceError: it is damaged, or of a later version; the message says where.
        """
        from rung.picture.reading import from_json

        return from_json(text)

    @staticmethod
    def load(path: Any) -> Graph:
        """The graph in a file that `save` wrote with the ending ``.json``.

        Raises:
            TraceError: it is damaged, or of a later version; the message says where.
        """
        from rung.picture.reading import load

        return load(path)

    def save(self, path: Any, **options: Any) -> Path:
        """Write the graph as its ending says: ``.html``, ``.svg``, ``.png``, ``.pdf``, ``.dot`` or ``.json``."""
        from rung.picture.saving import save

        return save(self, path, **options)

    def show(self) -> None:
        """Open the graph as a page in the browser."""
        from rung.picture.saving import show

        show(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from rung.picture.notebook import graph_bundle

        return graph_bundle(self)
