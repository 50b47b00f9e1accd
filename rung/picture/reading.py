"""Reading a trace. It may be damaged, or made to do harm, so whatever is in it is checked before it is believed."""

from __future__ import annotations

import base64
import binascii
import json
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from rung.errors import TraceError
from rung.picture.arrays import BINS, MOST_VALUES, SIDE
from rung.picture.consistency import check_consistency
from rung.picture.graph import (
    Array,
    Arrival,
    Call,
    Event,
    Failure,
    Graph,
    Group,
    Memory,
    Op,
    Pass,
    Scope,
    Thumbnail,
    Value,
)
from rung.picture.trace import FORMAT, LISTS, VERSION

Sizes = dict[str, int]
Check = Callable[[Any, str, Sizes], Any]

VALUE_KINDS = ("parameter", "buffer", "leaf", "result", "data", "number")
MEMORY_KINDS = ("parameter", "data", "kept", "gradient")
GROUP_KINDS = ("scope", "backward", "step", "line", "repeat", "stretch")
EVENT_KINDS = ("call", "backward", "visit", "end", "step", "update", "error")
# Numbers up to here are the same in every language that reads JSON.
LARGEST = 2**53 - 1
GREATEST = sys.float_info.max
_SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def load(path: Any) -> Graph:
    """The graph in a file."""
    try:
        return from_json(Path(path).read_bytes())
    except TraceError as error:
        raise TraceError(f"{Path(path).name}: {error}") from None


def from_json(text: str | bytes) -> Graph:
    """The graph in a text."""
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise TraceError(f"a trace must be JSON, but {why}") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise TraceError(f'a trace must say "format": "{FORMAT}", but this is something else')
    version: Any = data.get("version")
    if not _is_integer(version) or not 1 <= version <= VERSION:
        raise TraceError(f"expected a trace of version {VERSION} or below, but got {_shown(version)}; update Rung")
    for name in LISTS:
        if not isinstance(data.get(name), list):
            _refuse(name, "a list", data.get(name))
    sizes = {name: len(data[name]) for name in LISTS}
    graph = Graph(**{name: check(data.get(name), name, sizes) for name, check in GRAPH.items()})
    check_consistency(graph)
    return graph


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _refuse(where: str, expected: str, came: Any) -> NoReturn:
    raise TraceError(f"{where} must be {expected}, but is {_shown(came)}")


def _shown(came: Any) -> str:
    if isinstance(came, (list, dict)):
        return f"a {'list' if isinstance(came, list) else 'dict'} of {len(came)}"
    text = "missing" if came is None else str(came) if _is_integer(came) and abs(came) > LARGEST else repr(came)
    return text if len(text) <= 40 else text[:39] + "…"


def _is_integer(x: Any) -> bool:
    return type(x) is int


# What a part of a trace may be: a check takes what came, where it stands and how long the lists are, and returns the
# part of a graph that it stands for.


def text(x: Any, where: str, sizes: Sizes) -> str:
    if not isinstance(x, str):
        _refuse(where, "a text", x)
    return x


def flag(x: Any, where: str, sizes: Sizes) -> bool:
    if not isinstance(x, bool):
        _refuse(where, "true or false", x)
    return x


def integer(low: int = 0, high: int = LARGEST) -> Check:
    def check(x: Any, where: str, sizes: Sizes) -> int:
        if not _is_integer(x) or not low <= x <= high:
            _refuse(where, f"an integer from {low} to {high}", x)
        return x  # type: ignore[no-any-return]

    return check


count = integer()


def number(x: Any, where: str, sizes: Sizes) -> float | int | bool:
    if isinstance(x, str) and x in _SPECIAL:
        return _SPECIAL[x]
    if not isinstance(x, (int, float)) or not -GREATEST <= x <= GREATEST:
        _refuse(where, "a number", x)
    return x


def one_of(*words: str) -> Check:
    def check(x: Any, where: str, sizes: Sizes) -> str:
        if x not in words or not isinstance(x, str):
            _refuse(where, f"one of {', '.join(words)}", x)
        return x

    return check


def place_in(name: str, low: int = 0) -> Check:
    """A place in one of the lists; -1, where it is allowed, is before the first."""

    def check(x: Any, where: str, sizes: Sizes) -> int:
        if not _is_integer(x) or not low <= x < sizes[name]:
            _refuse(where, f"a place in {name}, of which there are {sizes[name]}", x)
        return x  # type: ignore[no-any-return]

    return check


def maybe(check: Check) -> Check:
    return lambda x, where, sizes: None if x is None else check(x, where, sizes)


def many(check: Check) -> Check:
    def check_all(x: Any, where: str, sizes: Sizes) -> list[Any]:
        if not isinstance(x, list):
            _refuse(where, "a list", x)
        return [check(part, f"{where}[{i}]", sizes) for i, part in enumerate(x)]

    return check_all


def few(*checks: Check) -> Check:
    def check_each(x: Any, where: str, sizes: Sizes) -> tuple[Any, ...]:
        if not isinstance(x, list) or len(x) != len(checks):
            _refuse(where, f"a list of {len(checks)}", x)
        return tuple(
            check(part, f"{where}[{i}]", sizes) for i, (part, check) in enumerate(zip(x, checks, strict=True))
        )

    return check_each


def texts_by_name(x: Any, where: str, sizes: Sizes) -> dict[str, str]:
    if not isinstance(x, dict):
        _refuse(where, "a dict of texts", x)
    return {name: text(part, f"{where}.{name}", sizes) for name, part in x.items()}


def nested(x: Any, where: str, sizes: Sizes) -> Any:
    """A number, or lists of numbers, few of them."""
    left, stack = MOST_VALUES, [x]
    while stack:
        part = stack.pop()
        stack.extend(part if isinstance(part, list) else ())
        left -= not isinstance(part, list)
        if left < 0 or len(stack) > MOST_VALUES:
            _refuse(where, f"at most {MOST_VALUES} numbers", x)
    return _numbers(x, where, sizes, depth=0)


def _numbers(x: Any, where: str, sizes: Sizes, depth: int) -> Any:
    if depth > MOST_VALUES:
        _refuse(where, f"nested at most {MOST_VALUES} deep", x)
    if isinstance(x, list):
        return [_numbers(part, where, sizes, depth + 1) for part in x]
    return number(x, where, sizes)


def pixels(x: Any, where: str, sizes: Sizes) -> str:
    try:
        base64.b64decode(text(x, where, sizes), validate=True)
    except (binascii.Error, ValueError):
        _refuse(where, "bytes in base64", x)
    return x  # type: ignore[no-any-return]


def part(made: type, /, **checks: Check) -> Check:
    """An object, whose unknown keys are passed over; `x_` is the field that is called `x` in a trace."""
    names = [(name, name.removesuffix("_"), check) for name, check in checks.items()]

    def check_part(x: Any, where: str, sizes: Sizes) -> Any:
        if not isinstance(x, dict):
            _refuse(where, "an object", x)
        return made(**{field: check(x.get(name), f"{where}.{name}", sizes) for field, name, check in names})

    return check_part


def thumbnail(x: Any, where: str, sizes: Sizes) -> Thumbnail:
    small: Thumbnail = _thumbnail(x, where, sizes)
    if len(base64.b64decode(small.pixels)) != small.rows * small.columns:
        _refuse(f"{where}.pixels", f"{small.rows} x {small.columns} bytes", x)
    return small


_thumbnail = part(Thumbnail, rows=integer(1, SIDE), columns=integer(1, SIDE), pixels=pixels)
_array = part(
    Array, bytes=count, min=maybe(number), max=maybe(number), mean=maybe(number), std=maybe(number), norm=number,
    zeros=count, nan=count, inf=count, histogram=many(count), values=maybe(nested), thumbnail=maybe(thumbnail),
)  # fmt: skip


def array(x: Any, where: str, sizes: Sizes) -> Array:
    known: Array = _array(x, where, sizes)
    if len(known.histogram) != BINS:
        _refuse(f"{where}.histogram", f"a list of {BINS}", known.histogram)
    return known


_source = maybe(few(place_in("files"), count))
_held = many(few(place_in("events", low=-1), array))

GRAPH: dict[str, Check] = {
    "title": text,
    "rung": text,
    "ops": many(part(Op, name=text, inputs=many(text), outputs=many(text), summary=text, formula=text)),
    "files": many(text),
    "scopes": many(part(Scope, parent=maybe(place_in("scopes")), name=text, kind=text, path=text, count=count)),
    "values": many(part(
        Value, kind=one_of(*VALUE_KINDS), name=maybe(text), shape=many(count), dtype=text,
        maker=maybe(place_in("calls")), output=count, generation=count, differentiable=flag,
        scope=maybe(place_in("scopes")), group=maybe(place_in("groups")), gradient_of=maybe(place_in("values")),
        arrays=_held, gradients=_held,
    )),
    "calls": many(part(
        Call, op=place_in("ops"), inputs=many(place_in("values")), outputs=many(place_in("values")), generation=count,
        scope=maybe(place_in("scopes")), group=maybe(place_in("groups")),
        source=_source, options=texts_by_name, pass_=maybe(place_in("passes")),
        derives=maybe(place_in("calls")), recorded=flag, saved=many(place_in("values")), multiply_adds=count,
        failed=flag,
    )),
    "passes": many(part(Pass, root=place_in("values"), create_graph=flag)),
    "events": many(part(
        Event, what=one_of(*EVENT_KINDS), call=maybe(place_in("calls")), pass_=maybe(place_in("passes")),
        arrivals=maybe(many(part(Arrival, value=place_in("values"), array=array, sum=flag))),
        pushed=maybe(many(place_in("calls"))), number=maybe(count), value=maybe(place_in("values")),
        seconds=maybe(number),
    )),
    "memory": part(
        Memory, events=many(place_in("events")), kinds=many(one_of(*MEMORY_KINDS)), values=many(place_in("values")),
        bytes=many(integer(-LARGEST)),
    ),
    "groups": many(part(
        Group, parent=maybe(place_in("groups")), kind=one_of(*GROUP_KINDS), label=text, detail=text,
        scope=maybe(place_in("scopes")), first=place_in("calls"), last=place_in("calls"), open=flag,
    )),
    "outputs": many(place_in("values")),
    "error": maybe(part(Failure, type=text, message=text, call=maybe(place_in("calls")),
                        scope=maybe(place_in("scopes")), source=_source)),
}  # fmt: skip


__all__: Sequence[str] = ["from_json", "load"]
