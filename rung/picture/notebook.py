"""What a notebook shows of graphs, variables and layers. Where nothing better is known, the plain text stays."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from rung.picture.drawing import drawing_of
from rung.picture.graph import Graph
from rung.picture.svg import svg_of
from rung.picture.walk import graph_of

Bundle = dict[str, Any]

HEIGHT = 640  # pixels of a page in a notebook
FEW = 24  # functions behind a variable: what can be taken in at a glance
MANY = 200  # boxes of a still picture beside a page


def graph_bundle(graph: Graph) -> Bundle:
    """A graph as a page to look around in, and a picture for where no scripts run."""
    return _bundle(graph, {"text/html": lambda: page_frame(_page(graph)), "image/svg+xml": lambda: _still(graph)})


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


def _page(graph: Graph) -> str:
    from rung.picture.page import page_of

    return page_of(graph)


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
    found, stack = set(), [node]
    while stack and len(found) <= FEW:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack.extend(edge.creator for edge in node.edges if edge.creator is not None)
    return len(found) > FEW


def layers_table(layer: Any) -> str:
    """The layers inside a layer as a list that unfolds; each with its own parameters and their number in all."""
    inside: dict[str, list[tuple[str, Any]]] = {}
    for path, child in layer.named_layers():
        inside.setdefault(path.rpartition(".")[0] if path else "-", []).append((path, child))
    return _details("", layer, inside)
