"""Order among many parts: lists of layers, repeated patterns, lines of the program, and stretches at the last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from rung.picture.graph import Graph
from rung.picture.spans import Span, functions

MANY = 12  # parts, from which on layers named alike are put together
MORE = 20  # parts, from which on repeated patterns of layers are looked for
TOO_MANY = 40  # parts of one span
MOST_BOXES = 150  # of a picture that can be read
LONGEST_PATTERN = 12
NAMED = 4  # kinds of parts that a text names one by one
_IN_LIST = re.compile(r"(.+)\.\d+")
_NUMBERED = re.compile(r"(.+?)_?\d+")


def arrange(root: Span, graph: Graph) -> None:
    """Put the parts of every span into further spans, where there are many of them."""
    stack = [root]
    while stack:
        span = stack.pop()
        for fold in (_fold_lists, _fold_repeats, _fold_lines, _fold_stretches):
            span.parts = fold(span, graph)
        stack.extend(part for part in span.parts if part.kind != "call")


def contents(parts: Sequence[Span]) -> str:
    """What there is, kind by kind, in words.

    >>> contents([Span("call", place, place, name=name) for place, name in enumerate(["conv2d", "relu", "relu"])])
    'conv2d, 2 × relu'
    """
    kinds: dict[str, list[Span]] = {}
    for part in parts:
        kinds.setdefault(part.name or part.label, []).append(part)
    texts = [_several(name, found) for name, found in list(kinds.items())[:NAMED]]
    rest = sum(len(found) for found in list(kinds.values())[NAMED:])
    return ", ".join([*texts, *([f"{rest} more"] if rest else [])])


def _several(name: str, found: list[Span]) -> str:
    if len(found) == 1:
        return name
    name = f"[{name}]" if " × " in name else f"({name})" if " → " in name else name
    if found[0].kind == "scope" and all(each.key == found[0].key for each in found):
        return f"{name}, called {len(found)} times"
    return f"{len(found)} × {name}"


def _around(kind: str, parts: list[Span], label: str, detail: str, name: str = "") -> Span:
    span = Span(kind, parts[0].first, parts[-1].last, label, detail, name or label)
    span.parts = parts
    return span


# Lists of layers: layer3.0, layer3.1 … or conv1_1, conv1_2 … -------------------------------------------------------


def _fold_lists(span: Span, graph: Graph) -> list[Span]:
    parts, folded, place = span.parts, [], 0
    for first, last, stem in _lists(parts, len(parts) < MANY):
        rest = len(parts) - (last - first)
        folded += parts[place:first]
        inside = parts[first:last]
        if rest >= 2 and last - first >= 2:
            folded.append(_around("repeat", inside, stem, contents(inside)))
        else:
            folded += inside
        place = last
    return folded + parts[place:]


def _lists(parts: list[Span], small: bool) -> Iterator[tuple[int, int, str]]:
    """Where layers with numbered names follow one another, with nothing but calls in between.

    Those of a list are put together in any case, those named alike where there are many parts.
    """
    layers = [(place, _stem(part, small)) for place, part in enumerate(parts) if part.kind == "scope"]
    begin = 0
    while begin < len(layers):
        end = begin + 1
        while end < len(layers) and layers[end][1] is not None and layers[end][1] == layers[begin][1]:
            end += 1
        first, last, stem = layers[begin][0], layers[end - 1][0] + 1, layers[begin][1]
        if end - begin >= 2 and stem is not None:
            between = [part.name for part in parts[first + 1 : layers[begin + 1][0]]]
            following = layers[end][0] if end < len(layers) else len(parts)
            yield first, _with_tail(parts, last, following, between), stem
        begin = end


def _with_tail(parts: list[Span], last: int, following: int, between: list[str]) -> int:
    """What follows every layer of a list follows the last one too, and one call more, such as a pooling."""
    tail = [part.name for part in parts[last : last + len(between)]]
    if not between or tail != between or any(part.kind != "call" for part in parts[last:following]):
        return last
    return min(following, last + len(between) + 1)


def _stem(part: Span, small: bool) -> str | None:
    match = _IN_LIST.fullmatch(part.label) or (None if small else _NUMBERED.fullmatch(part.label))
    return match.group(1) if match else None


# Repeated patterns -------------------------------------------------------------------------------------------------


def _fold_repeats(span: Span, graph: Graph) -> list[Span]:
    parts = span.parts
    if len(parts) < (MORE if any(part.kind != "call" for part in parts) else TOO_MANY) or not _is_large(graph):
        return parts
    runs, folded, place = _runs([(part.kind, part.name) for part in parts]), [], 0
    while place < len(parts):
        period, rounds = _best_pattern(runs, place)
        if rounds and period * rounds == len(parts):
            return _rounds(parts, period)
        if rounds:
            folded.append(_repeat(parts[place : place + period * rounds], period))
            place += period * rounds
        else:
            folded.append(parts[place])
            place += 1
    return folded


def _runs(kinds: list[Any]) -> list[list[int]]:
    """For each period: how many parts from each place on are as the one a period later."""
    table = []
    for period in range(1, LONGEST_PATTERN + 1):
        run = [0] * (len(kinds) + 1)
        for place in range(len(kinds) - period - 1, -1, -1):
            run[place] = run[place + 1] + 1 if kinds[place] == kinds[place + period] else 0
        table.append(run)
    return table


def _best_pattern(runs: list[list[int]], place: int) -> tuple[int, int]:
    """The pattern that covers most from here on, by its length and how often it comes; (0, 0) if there is none."""
    best = (0, 0)
    for period, run in enumerate(runs, 1):
        rounds = run[place] // period + 1
        if rounds >= 3 and rounds * period >= 6 and rounds * period > best[0] * best[1]:
            best = (period, rounds)
    return best


def _is_large(graph: Graph) -> bool:
    """Whether a picture of everything would have too many boxes."""
    return len(graph.calls) + len(graph.values) > MOST_BOXES


def _repeat(parts: list[Span], period: int) -> Span:
    rounds = len(parts) // period
    if period == 1:
        return _around("repeat", parts, _several(parts[0].name, parts), functions(_size(parts)))
    span = _around("repeat", parts, f"{rounds} × ({_pattern(parts[:period])})", functions(_size(parts)))
    span.parts = _rounds(parts, period)
    return span


def _rounds(parts: list[Span], period: int) -> list[Span]:
    """A span for each round, if there are layers in it: of a few calls, one would hide nothing worth a box."""
    if period == 1 or all(part.kind == "call" for part in parts[:period]):
        return parts
    count = len(parts) // period
    rounds = [parts[number * period : (number + 1) * period] for number in range(count)]
    return [
        _around("repeat", inside, f"round {number} of {count}", contents(inside), _pattern(inside))
        for number, inside in enumerate(rounds, 1)
    ]


def _pattern(parts: list[Span]) -> str:
    names = [part.name for part in parts]
    return " → ".join(names if len(names) <= NAMED else [*names[: NAMED - 1], "…", names[-1]])


def _size(parts: list[Span]) -> int:
    return parts[-1].last - parts[0].first + 1


# Lines of the program, and stretches -------------------------------------------------------------------------------


def _fold_lines(span: Span, graph: Graph) -> list[Span]:
    """Calls from one line of the program, where there are too many parts."""
    parts = span.parts
    lines = [graph.calls[part.first].source if part.kind == "call" else None for part in parts]
    if len(parts) <= TOO_MANY or len({*lines} - {None}) < 2:
        return parts
    folded, place = [], 0
    while place < len(parts):
        end = place + 1
        while end < len(parts) and lines[end] is not None and lines[end] == lines[place]:
            end += 1
        folded += [_line(parts[place:end], graph)] if end - place >= 2 else parts[place:end]
        place = end
    return folded


def _line(parts: list[Span], graph: Graph) -> Span:
    file, number = graph.calls[parts[0].first].source or (0, 0)
    return _around("line", parts, f"{graph.files[file]}:{number}", contents(parts))


def _fold_stretches(span: Span, graph: Graph) -> list[Span]:
    """Whatever is too much still, in stretches of equal length."""
    parts = span.parts
    if len(parts) <= TOO_MANY:
        return parts
    count = min(TOO_MANY // 2, int(len(parts) ** 0.5))
    edges = [len(parts) * i // count for i in range(count + 1)]
    return [_stretch(parts[a:b]) for a, b in pairwise(edges)]


def _stretch(parts: list[Span]) -> Span:
    label = f"functions {parts[0].first + 1} to {parts[-1].last + 1}"
    if parts[0].label.startswith("round ") and parts[0].kind == "repeat":
        label = f"rounds {parts[0].label.split()[1]} to {parts[-1].label.removeprefix('round ')}"
    return _around("stretch", parts, label, contents(parts))
