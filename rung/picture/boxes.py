"""What stands in the boxes of a picture, how large that makes them, and which tone they have."""

from __future__ import annotations

import math
from typing import TypedDict

from rung.picture.graph import Array, Call, Graph, Group, Value
from rung.picture.text import cut, drawable, shipped, text_width


class Box(TypedDict):
    """A box: what it stands for, the frame it is in (or -1), what is written in it, and its ports along its width."""

    kind: str  # value, call or group
    id: int
    frame: int
    tone: str
    lines: list[str]  # the first is the title, which may be empty; the others are small
    w: int
    h: int
    ins: list[int]
    outs: list[int]


DEEPEST = 8  # gradients of gradients that are named after what they belong to
# Options of a call that say no more than its name does.
SILENT = ("None", "False", "()")
NAN, INFINITE = "NaN", "infinite"


def empty(kind: str, number: int, frame: int) -> Box:
    """A box that nothing is written in yet."""
    return {
        "kind": kind,
        "id": number,
        "frame": frame,
        "tone": "",
        "lines": [],
        "w": 0,
        "h": 0,
        "ins": [],
        "outs": [],
    }


def value_lines(graph: Graph, value: Value, verbose: bool) -> list[str]:
    """The name of a value, which may be empty; if verbose, its shape and dtype; and what of it is not finite."""
    if value.kind == "number":
        return ["", drawable(value.name or "")]
    return [value_title(graph, value), *([array_text(value)] if verbose else []), *fault_lines(value)]


def fault_lines(value: Value) -> list[str]:
    """How much of a value and of its gradient is NaN or infinite, if any."""
    own = [f"{number:,} {fault}" for fault, number in faults(value.arrays).items()]
    return own + [f"{number:,} {fault} in its gradient" for fault, number in faults(value.gradients).items()]


def value_title(graph: Graph, value: Value) -> str:
    """The name of a value; of a gradient without one, that of the value that it belongs to, with .grad.

    A parameter that stands outside of its layer says whose it is.
    """
    endings = 0
    while not value.name and value.gradient_of is not None and endings < DEEPEST:
        value, endings = graph.values[value.gradient_of], endings + 1
    return drawable(owner_of(graph, value) + value.name) + ".grad" * endings if value.name else ""


def owner_of(graph: Graph, value: Value) -> str:
    """The path of a parameter's layer and a dot, if it stands outside of all of that layer's calls."""
    if value.kind != "parameter" or value.scope is None:
        return ""
    around = value.group
    while around is not None:
        if graph.groups[around].scope == value.scope:
            return ""
        around = graph.groups[around].parent
    return f"{graph.scopes[value.scope].path}."


def array_text(value: Value) -> str:
    """Shape and dtype, as in (2, 3) float32."""
    if value.shape is None:
        return drawable(value.dtype or "")
    sizes = ", ".join(map(str, value.shape)) + "," * (len(value.shape) == 1)
    return f"({sizes}) {drawable(value.dtype or '')}".rstrip(" ")


def call_lines(graph: Graph, call: Call, verbose: bool) -> list[str]:
    """The name of the function; if verbose, the options it was called with that matter; and what went wrong."""
    told = [f"{drawable(name)}={drawable(text)}" for name, text in call.options.items() if text not in SILENT]
    return [
        drawable(graph.ops[call.op].name),
        *filter(None, [", ".join(told) if verbose else "", call_fault(graph, call)]),
    ]


def group_lines(group: Group, parameters: int, verbose: bool) -> list[str]:
    """What is folded away: its name, what it is, and how many functions and parameters are in it."""
    counts = counted(group.last - group.first + 1, "function")
    names = [name for name in group_names(group) if name != counts]
    if parameters:
        counts += f", {counted(parameters, 'parameter')}"
    return [*names, counts] if verbose else names


def group_names(group: Group) -> list[str]:
    """The name of a group and what it is, unless that begins with the name."""
    label, detail = drawable(group.label), drawable(group.detail)
    return list(filter(None, [detail] if f"{detail},".lower().startswith(f"{label},") else [label, detail]))


def group_title(group: Group) -> str:
    """What stands above a group that is open."""
    return " · ".join(group_names(group))


def counted(number: int, thing: str) -> str:
    """A number of things in words.

    >>> counted(1, "function"), counted(9408, "parameter")
    ('1 function', '9,408 parameters')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def size_of(value: Value) -> int:
    """How many elements a value has."""
    return math.prod(value.shape or ())


def value_tone(value: Value) -> str:
    """The tone of a value: `wrong` if there is a NaN or an infinity in it, `gradient`, or what kind it is."""
    if fault_lines(value):
        return "wrong"
    return "gradient" if value.gradient_of is not None else str(value.kind)


def call_tone(graph: Graph, call: Call) -> str:
    """The tone of a call: `wrong` if something is wrong with it, `derivative` if a derivative called it."""
    if call_fault(graph, call):
        return "wrong"
    return "function" if call.derives is None else "derivative"


def call_fault(graph: Graph, call: Call) -> str:
    """What went wrong in a call, if anything: it or its derivative failed, or it made the first NaN or infinity."""
    if call.failed:
        return "failed"
    if graph.error is not None and graph.error.call is not None and graph.calls[graph.error.call] is call:
        return "its derivative failed"
    made, given = (
        set().union(*(faults_of(graph.values[i]) for i in values)) for values in (call.outputs, call.inputs)
    )
    if NAN in made and NAN not in given:
        return "NaN begins here"
    return "infinity begins here" if INFINITE in made and not given else ""


def faults_of(value: Value) -> set[str]:
    """What of a value is no finite number."""
    if value.kind == "number":
        return {INFINITE} if value.name in ("inf", "-inf") else {NAN} if value.name == "nan" else set()
    return set(faults(value.arrays))


def faults(arrays: list[tuple[int, Array]]) -> dict[str, int]:
    """How many NaNs and infinities there were when an array was last seen, if any."""
    if not arrays:
        return {}
    last = arrays[-1][1]
    return {fault: number for fault, number in ((NAN, last.nan), (INFINITE, last.inf)) if number}


def measured(box: Box, lines: list[str], ins: int, outs: int) -> Box:
    """The box with these lines, as large as they and so many ports above and below need it."""
    sizes = shipped("theme.json")["sizes"]
    title, *details = lines or [""]
    title = cut(title, sizes["widest"], sizes["title"])
    details = [cut(line, sizes["widest"], sizes["detail"]) for line in details]
    widths = [text_width(title, sizes["title"]), *(text_width(line, sizes["detail"]) for line in details)]
    width = max(max(widths) + 2 * sizes["pad_x"], sizes["port"] * max(ins, outs), sizes["least"])
    height = (sizes["title_line"] if title else 0) + sizes["detail_line"] * len(details)
    box["w"] = width + width % 2
    box["h"] = (height or sizes["detail_line"]) + 2 * sizes["pad_y"]
    if box["kind"] == "group":
        box["h"] += 2 * sizes["card"]  # of the stack below it
    box["lines"] = [title, *details]
    box["ins"], box["outs"] = ports(box["w"], ins), ports(box["w"], outs)
    return box


def ports(width: int, count: int) -> list[int]:
    """So many places along a side, evenly spread.

    >>> ports(60, 1), ports(60, 3)
    ([30], [10, 30, 50])
    """
    return [width * (2 * i + 1) // (2 * count) for i in range(count)]
