"""The graph behind a variable in the language of Graphviz.

Labels are data, never language: whatever a variable is called, the picture has the same nodes. Graphviz is run
without a shell, reads from a pipe and writes to one, so no file name reaches its command line.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rung.core.record import Constant
from rung.core.variable import Variable
from rung.errors import DTypeError, MissingProgramError, PictureError, ValueRangeError, describe
from rung.files import write_atomically

FORMATS = ("png", "svg", "pdf", "jpg", "gif", "dot")
LONGEST = 200  # characters of a label
TIMEOUT = 120.0  # seconds for Graphviz, whose layouts of large graphs may take for ever


def get_dot_graph(output: Any, verbose: bool = True) -> str:
    r"""The graph of functions and variables that `output` was computed by, as DOT text.

    Numbers in it count from the oldest node of the graph, so the same program gives the same text.

    Args:
        output: a Variable.
        verbose: write shapes and dtypes under the names.

    >>> x = Variable(1.0, name="x")
    >>> print(get_dot_graph(-x, verbose=False))
    digraph g {
    v0 [label="x", color=orange, style=filled]
    f1 [label="neg", color=lightblue, style=filled, shape=box]
    v1 [label="", color=orange, style=filled]
    v0 -> f1
    f1 -> v1
    }
    """
    if not isinstance(output, Variable):
        raise DTypeError(f"get_dot_graph: expected a Variable, but got {describe(output)}")
    functions = _functions_behind(output)
    numbers = _Numbers([f.serial for f in functions] + [e.serial for f in functions for e in f.edges])
    boxes, arrows = {}, []
    for function in functions:
        box = numbers.of(function, "f")
        for place, edge in enumerate(function.edges):
            oval = f"{box}c{place}" if type(edge) is Constant else numbers.of(edge, "v")
            boxes[oval] = _variable_box(oval, edge, verbose)
            arrows.append(f"{oval} -> {box}")
        boxes[box] = f"{box} [label={quoted(function.op.name)}, color=lightblue, style=filled, shape=box]"
    oval = numbers.of(output._record, "v")
    boxes[oval] = _variable_box(oval, output._record, verbose)
    arrows += [f"{numbers.of(e.creator, 'f')} -> {numbers.of(e, 'v')}" for e in _made(functions, output)]
    return "\n".join(["digraph g {", *boxes.values(), *arrows, "}"])


def plot_dot_graph(output: Any, verbose: bool = True, to_file: Any = "graph.png") -> Path:
    """Draw the graph behind `output` with Graphviz; return the path of the picture, written whole or not at all.

    Args:
        output: a Variable.
        verbose: write shapes and dtypes under the names.
        to_file: where to; its ending is the format, one of png, svg, pdf, jpg, gif, and dot for the text itself.

    Raises:
        MissingProgramError: Graphviz is not installed.
        PictureError: it failed, or took longer than two minutes.
    """
    path = Path(to_file)
    kind = path.suffix.removeprefix(".").lower()
    if kind not in FORMATS:
        raise ValueRangeError(
            f"plot_dot_graph: expected a file name that ends in .{', .'.join(FORMATS)}, but got {str(to_file)!r}"
        )
    text = get_dot_graph(output, verbose).encode()
    picture = text if kind == "dot" else _drawn(text, kind)
    with write_atomically(path) as file:
        file.write(picture)
    return path


def quoted(text: str) -> str:
    r"""Any text as a label of DOT: nothing in it ends the label, and nothing in it is an escape or an entity.

    >>> print(quoted('a "b" \\'))
    "a \"b\" \\"
    """
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    clean = "".join(c if c == "\n" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    for special, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("&", "&amp;")):
        clean = clean.replace(special, written)
    return f'"{clean}"'


class _Numbers:
    """Names of boxes that count from the oldest: creation numbers, without the gaps."""

    def __init__(self, serials: list[int]):
        self._rank = {serial: i for i, serial in enumerate(sorted({*serials} - {Constant.serial}))}

    def of(self, thing: Any, kind: str) -> str:
        number = f"{kind}{self._rank.get(thing.serial, 0)}"
        return f"{number}_{thing.index}" if getattr(thing, "index", 0) else number


def _functions_behind(output: Variable) -> list[Any]:
    """Every node that the output was computed by, the oldest first."""
    found, stack = set(), [output._record.creator] if output._record.creator is not None else []
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack.extend(edge.creator for edge in node.edges if edge.creator is not None)
    return sorted(found, key=lambda node: node.serial)


def _made(functions: list[Any], output: Variable) -> Iterator[Any]:
    """The records that have a creator, each once, in the order of their creation."""
    records = {edge for f in functions for edge in f.edges if edge.creator is not None}
    records |= {output._record} if output._record.creator is not None else set()
    yield from sorted(records, key=lambda record: (record.serial, record.index))


def _variable_box(oval: str, edge: Any, verbose: bool) -> str:
    if type(edge) is Constant:
        return f"{oval} [label={quoted(str(edge.value))}, color=lightgrey, style=filled]"
    label = edge.name or ""
    if verbose:
        label = ": ".join(filter(None, [label, f"{edge.shape} {edge.dtype}"]))
    color = "orange" if edge.differentiable else "lightgrey"
    return f"{oval} [label={quoted(label)}, color={color}, style=filled]"


def _drawn(text: bytes, kind: str) -> bytes:
    try:
        run = subprocess.run(["dot", f"-T{kind}"], input=text, capture_output=True, timeout=TIMEOUT, check=False)
    except FileNotFoundError:
        raise MissingProgramError(
            "plot_dot_graph: expected the program `dot` to be installed; install Graphviz (https://graphviz.org), "
            "or write the text alone to a file that ends in .dot"
        ) from None
    except subprocess.TimeoutExpired:
        raise PictureError(
            f"plot_dot_graph: Graphviz gave no picture within {TIMEOUT:.0f} seconds; draw a smaller graph"
        ) from None
    if run.returncode or not run.stdout:
        complaint = run.stderr.decode(errors="replace").strip()[:LONGEST]
        raise PictureError(f"plot_dot_graph: Graphviz failed with exit status {run.returncode}: {complaint}")
    return run.stdout
