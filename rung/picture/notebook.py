"""What a notebook shows of graphs, variables and layers. Where nothing better is known, the plain text stays."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from rung.picture.boxes import counted
from rung.picture.drawing import drawing_of
from rung.picture.graph import Graph
from rung.picture.page import page_of
from rung.picture.svg import svg_of
from rung.picture.walk import graph_of

Bundle = dict[str, Any]

HEIGHT = 640  # pixels of a page in a notebook
FEW = 24  # functions behind a variable: what can be taken in at a glance
MANY = 200  # boxes of a still picture beside a page


def graph_bundle(graph: Graph) -> Bundle:
    """A graph as a page to look around in, and a picture for where no scripts run."""
    return _bundle(graph, {"text/html": lambda: page_frame(page_of(graph)), "image/svg+xml": lambda: _still(graph)})


def variable_bundle(variable: Any) -> Bundle:
    """The text of a variable, and below it the graph that it was computed by, if that is small."""
    return _bundle(variable, {"text/html": lambda: _with_graph(variable)})


def layer_bundle(layer: Any) -> Bundle:
    """The layers inside a layer, with their parameters, to be unfolded one by one."""
    return _bundle(layer, {"text/html": lambda: layers_table(layer)})


def page_frame(page: str) -> str:
    """A page inside a page, which can reach nothing outside itself.

    >>> page_frame('<p title="a">')[:60]
    '<iframe srcdoc="&lt;p title=&quot;a&quot;&gt;" sandbox="allo'
    """
    look = f"width:100%;height:{HEIGHT}px;border:0"
    return f'<iframe srcdoc="{escape(page)}" sandbox="allow-scripts allow-downloads" style="{look}"></iframe>'


def _bundle(thing: Any, views: dict[str, Callable[[], str]]) -> Bundle:
    """The plain text and every view that there is. Showing something never fails: a view that does is left out."""
    bundle: Bundle = {"text/plain": repr(thing)}
    for kind, view in views.items():
        try:
            shown = view()
        except Exception:
            continue
        if shown:
            bundle[kind] = shown
    return bundle


def _still(graph: Graph) -> str:
    return svg_of(drawing_of(graph, variables="all" if len(graph.values) <= MANY else "named"))


def _with_graph(variable: Any) -> str:
    """Nothing for a leaf, and for what many functions made."""
    if variable.creator is None or is_long(variable.creator):
        return ""
    svg = svg_of(drawing_of(graph_of(variable), fold=False))
    return f"<pre>{escape(repr(variable))}</pre>{svg}"


def is_long(node: Any) -> bool:
    """Whether there are more than a few functions behind a node; no more of them are looked at than that."""
    found: set[Any] = set()
    stack = [node]
    while stack and len(found) <= FEW:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack.extend(edge.creator for edge in node.edges if edge.creator is not None)
    return len(found) > FEW


def layers_table(layer: Any) -> str:
    """The layers inside a layer, to be unfolded one by one, each with how many numbers are learnt in it.

    A layer that stands in two places is listed once, where it was first met.
    """
    layers = list(layer.named_layers())
    around = {path: _around(path, {other for other, _ in layers}) for path, _ in layers}
    inside: dict[str | None, list[tuple[str, Any]]] = {}
    for path, child in layers:
        inside.setdefault(around[path], []).append((path, child))
    return "".join(_listed(path, child, inside) for path, child in inside[None])


def _around(path: str, paths: set[str]) -> str | None:
    """The path of the layer around the one with this path: lists and dicts on the way are none."""
    outer = path
    while outer:
        outer = outer.rpartition(".")[0]
        if outer in paths:
            return outer
    return None


def _listed(path: str, layer: Any, inside: dict[str | None, list[tuple[str, Any]]]) -> str:
    around = _around(path, {outer for outer in inside if outer is not None})
    name = path.removeprefix(around or "").removeprefix(".")
    count = sum(p.size for p in layer.params() if p.is_sized)
    words = f"<b>{escape(name)}</b> " * bool(name) + escape(type(layer).__name__)
    facts = f'<span style="opacity:.65"> {counted(count, "parameter")}</span>' if count else ""
    children = "".join(_listed(*child, inside) for child in inside.get(path, ()))
    if not children:
        shapes = ", ".join(f"{n} {p.shape if p.is_sized else '?'}" for n, p in layer.named_params())
        return f'<div style="margin-left:1.2em">{words} <code>{escape(shapes)}</code>{facts}</div>'
    unfolded = "" if path else " open"
    return f'<details style="margin-left:1.2em"{unfolded}><summary>{words}{facts}</summary>{children}</details>'
