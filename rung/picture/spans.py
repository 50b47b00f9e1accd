"""The calls of a graph as a tree: steps, layers, backward passes and what their derivatives belong to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rung.picture.graph import Graph

DEEPEST = 12  # groups around one call that come from layers and passes

Key = tuple[Any, ...]


class Span:
    """A stretch of consecutive calls, made of calls and of shorter spans; or one call, without parts."""

    __slots__ = ("detail", "first", "key", "kind", "label", "last", "name", "parts", "scope")

    def __init__(self, kind: str, first: int, last: int, label: str = "", detail: str = "", name: str = ""):
        self.kind = kind
        self.first, self.last = first, last
        self.label, self.detail = label, detail
        self.name = name  # what kind of thing it is: the function of a call, the class of a layer
        self.scope: int | None = None
        self.key: Key = ()  # equal for spans that are the same layer
        self.parts: list[Span] = []

    @property
    def size(self) -> int:
        """How many calls there are in it."""
        return self.last - self.first + 1


def spans_of(graph: Graph) -> Span:
    """All calls, in the groups that the program itself gives: iterations, layers, derivatives of layers."""
    root = Span("root", 0, len(graph.calls) - 1)
    path: list[tuple[Key, Span]] = []
    for place, keys in enumerate(_Keys(graph)):
        same = 0
        while same < min(len(path), len(keys)) and path[same][0] == keys[same]:
            same += 1
        del path[same:]
        for key in keys[same:]:
            span = Span("", place, place)
            span.key = key
            (path[-1][1] if path else root).parts.append(span)
            path.append((key, span))
        for _, span in path:
            span.last = place
        name = graph.ops[graph.calls[place].op].name
        (path[-1][1] if path else root).parts.append(Span("call", place, place, name=name))
    _describe(root, graph)
    _merge(root)
    return root


def _merge(root: Span) -> None:
    """Derivatives that are all derivatives of one layer or pass need one span, not two."""
    stack = [root]
    while stack:
        span = stack.pop()
        while span.kind == "backward" and len(span.parts) == 1 and span.parts[0].kind == "backward":
            (inside,) = span.parts
            span.label, span.name, span.parts = inside.label, inside.name, inside.parts
        stack.extend(span.parts)


class _Keys:
    """For each call, what it is part of, from the outside in."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self._steps = _steps(graph)
        self._first_of_scope = _firsts(graph.scopes, [self._scopes(call.scope) for call in graph.calls])
        self._first_of_pass = _firsts(graph.passes, [_one(call.pass_) for call in graph.calls])
        self._known: list[tuple[Key, ...]] = []  # of the calls so far, without steps
        self._origins: list[int] = []  # the call whose derivative, or whose derivative's derivative …, each is

    def __iter__(self) -> Iterator[tuple[Key, ...]]:
        for place, step in zip(range(len(self.graph.calls)), self._steps, strict=True):
            keys = self._of(place)
            self._known.append(keys)
            derives = self.graph.calls[place].derives
            self._origins.append(place if derives is None or derives >= place else self._origins[derives])
            yield (*([("step", step)] if step else []), *keys)

    def _of(self, place: int) -> tuple[Key, ...]:
        call = self.graph.calls[place]
        scopes = self._scopes(call.scope)[::-1]
        if call.pass_ is None:
            return tuple(("scope", scope) for scope in scopes)[:DEEPEST]
        began = self._first_of_pass[call.pass_]
        around = [("scope", scope) for scope in scopes if self._first_of_scope[scope] < began]
        inside = [("scope", scope) for scope in scopes if self._first_of_scope[scope] >= began]
        backward = [("backward", call.pass_, key) for key in self._derived(call.derives, place)]
        return tuple([*around, ("pass", call.pass_), *backward, *inside][:DEEPEST])

    def _derived(self, call: int | None, place: int) -> list[Key]:
        """What a call belongs to whose derivative another one is: a pass if it was called in one, and layers."""
        if call is None or call >= place:
            return []
        of_pass = self.graph.calls[call].pass_
        origin = self._origins[call]
        return [*([] if of_pass is None else [("pass", of_pass)]), *self._known[origin]]

    def _scopes(self, scope: int | None) -> list[int]:
        """A scope and those around it, from the inside out."""
        chain: list[int] = []
        while scope is not None and len(chain) < DEEPEST:
            chain.append(scope)
            scope = self.graph.scopes[scope].parent
        return chain


def _one(place: int | None) -> list[int]:
    return [] if place is None else [place]


def _firsts(things: list[Any], of_calls: list[list[int]]) -> list[int]:
    """The first call in each of these; they all have calls, or are never asked for."""
    firsts = [len(of_calls)] * len(things)
    for place, inside in enumerate(of_calls):
        for thing in inside:
            firsts[thing] = min(firsts[thing], place)
    return firsts


def _steps(graph: Graph) -> list[int]:
    """The iteration of each call; 0 if there is but one."""
    steps, now = [0] * len(graph.calls), 0
    several = sum(event.what == "step" for event in graph.events) > 0
    for event in graph.events:
        if event.what == "step":
            now = event.number or 0
        elif event.what == "call" and event.call is not None:
            steps[event.call] = (now or 1) if several else 0
    return steps if len(set(steps)) > 1 else [0] * len(steps)


def _describe(root: Span, graph: Graph) -> None:
    """Say what the spans are."""
    stack = list(root.parts)
    calls = _Counts(graph)
    while stack:
        span = stack.pop()
        if span.kind == "call":
            continue
        stack.extend(span.parts)
        kind, *rest = span.key
        if kind == "scope":
            scope = graph.scopes[rest[0]]
            span.kind, span.scope, span.name = "scope", rest[0], scope.kind
            span.label, span.detail = scope.name, calls.of(scope)
            span.key = ("scope", scope.kind, scope.path)
        elif kind == "step":
            span.kind, span.label, span.detail = "step", f"step {rest[0]}", functions(span.size)
            span.key, span.name = ("step",), "step"
        else:
            span.kind, span.detail = "backward", functions(span.size)
            span.label = name_of_derivatives(span.key, graph)
            span.name = span.label


class _Counts:
    """How often each layer was called in all."""

    def __init__(self, graph: Graph):
        self._total: dict[tuple[str, str], int] = {}
        for scope in graph.scopes:
            key = scope.path, scope.kind
            self._total[key] = max(self._total.get(key, 0), scope.count + 1)

    def of(self, scope: Any) -> str:
        """The class of a layer, and which of its calls this is if there are several."""
        total = self._total[scope.path, scope.kind]
        return scope.kind if total == 1 else f"{scope.kind}, call {scope.count + 1} of {total}"


def name_of_derivatives(key: Key, graph: Graph) -> str:
    """What the derivatives in a span are the derivatives of."""
    kind, place, *inner = key
    if kind == "scope":
        return graph.scopes[place].name
    if kind == "backward":
        inside = inner[0]
        name = f"pass {inside[1] + 1}" if inside[0] == "pass" else name_of_derivatives(inside, graph)
        return f"derivatives of {name}"
    root = graph.values[graph.passes[place].root]
    return f"derivatives of {root.name}" if root.name else f"derivatives, pass {place + 1}"


def functions(count: int) -> str:
    """A number of functions in words.

    >>> functions(1), functions(120)
    ('1 function', '120 functions')
    """
    return f"{count} function{'' if count == 1 else 's'}"
