"""A graph in the language of Graphviz, as text; nothing here needs Graphviz itself.

Labels are data, never language: whatever a variable is called, the picture has the same nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rung.core.variable import Variable
from rung.errors import DTypeError, describe
from rung.picture import boxes
from rung.picture.boxes import Box
from rung.picture.drawing import visible
from rung.picture.graph import Graph
from rung.picture.scene import Scene
from rung.picture.walk import graph_of

LONGEST = 200  # characters of a label
LETTERS = {"value": "v", "call": "f", "group": "g"}  # what the names of nodes begin with


def get_dot_graph(output: Any, verbose: bool = True) -> str:
    r"""The graph of functions and variables that `output` was computed by, as DOT text.

    Numbers in it count from the oldest variable and function, so the same program gives the same text.

    Args:
        output: a Variable.
        verbose: write shapes and dtypes behind the names.

    >>> import rung
    >>> x = rung.Variable(1.0, name="x")
    >>> print(get_dot_graph(-x, verbose=False))
    digraph g {
    v0 [label="x", color=orange, style=filled]
    f0 [label="neg", color=lightblue, style=filled, shape=box]
    v1 [label="", color=orange, style=filled]
    v0 -> f0
    f0 -> v1
    }
    """
    return dot_of(graph_behind(output, "get_dot_graph"), fold=False, verbose=verbose)


def graph_behind(output: Any, asker: str) -> Graph:
    """The graph behind a variable. Raises `DTypeError` in the name of the asker if it is none."""
    if not isinstance(output, Variable):
        raise DTypeError(f"{asker}: expected a Variable, but got {describe(output)}")
    return graph_of(output)


def dot_of(
    graph: Graph, *, fold: bool = True, variables: str = "all", verbose: bool = True, direction: str = "down"
) -> str:
    """The graph as DOT text, with a cluster for each group that is open; for the arguments see `drawing_of`."""
    scene = visible(graph, fold, variables, verbose)
    way = ["rankdir=LR"] if direction == "right" else []
    return "\n".join(["digraph g {", *way, *_nodes(graph, scene, verbose), *_arrows(scene), "}"])


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


def _nodes(graph: Graph, scene: Scene, verbose: bool) -> Iterator[str]:
    """The nodes, with those of each frame between the braces of a cluster."""
    inside: dict[int, list[str]] = {i: [] for i in range(-1, len(scene["frames"]))}
    for box in scene["boxes"]:
        inside[box["frame"]].append(_node(graph, box, verbose))
    for i in range(len(scene["frames"]) - 1, -1, -1):  # the inner ones first
        frame = scene["frames"][i]
        head = f"subgraph cluster_{frame['group']} {{\nlabel={quoted(frame['label'])}; color=lightgrey"
        inside[frame["parent"]].append("\n".join([head, *inside[i], "}"]))
    yield from inside[-1]


def _node(graph: Graph, box: Box, verbose: bool) -> str:
    if box["kind"] == "value":
        return _oval(graph, graph.values[box["id"]], _name(box), verbose)
    if box["kind"] == "call":
        label = quoted(graph.ops[graph.calls[box["id"]].op].name)
        return f"{_name(box)} [label={label}, color=lightblue, style=filled, shape=box]"
    label = quoted("\n".join(box["lines"]))
    return f"{_name(box)} [label={label}, color=lightgrey, shape=box]"


def _oval(graph: Graph, value: Any, name: str, verbose: bool) -> str:
    label = value.name or ""
    if verbose and value.kind != "number":
        label = ": ".join(filter(None, [label, boxes.array_text(value)]))
    color = "orange" if value.differentiable else "lightgrey"
    return f"{name} [label={quoted(label)}, color={color}, style=filled]"


def _name(box: Box) -> str:
    return f"{LETTERS[box['kind']]}{box['id']}"


def _arrows(scene: Scene) -> Iterator[str]:
    for net in scene["nets"]:
        for target, _ in net["to"]:
            yield f"{_name(scene['boxes'][net['from'][0]])} -> {_name(scene['boxes'][target])}"
