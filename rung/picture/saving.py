"""Graphs into files: the ending says what is written, and it is written whole or not at all."""

from __future__ import annotations

import hashlib
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from rung.errors import ValueRangeError
from rung.files import cache_dir, write_atomically
from rung.picture.dot import dot_of, graph_behind
from rung.picture.drawing import drawing_of
from rung.picture.graph import Graph
from rung.picture.pdf import pdf_of
from rung.picture.png import png_of
from rung.picture.shown import Picture
from rung.picture.svg import svg_of

KEPT = 8  # pages that were shown and stay in the cache


def save(graph: Graph, path: Any, **options: Any) -> Path:
    """Write a graph to a file as its ending says; return the path.

    - ``.html``: a page to look around in, which needs nothing else
    - ``.svg``, ``.png``, ``.pdf``: a picture
    - ``.dot``: text for Graphviz
    - ``.json``: a trace, which `Graph.load` reads

    Args:
        graph: what to write.
        path: where to.
        options: for pictures, what `drawing_of` takes; for a page, what `page_of` takes.

    Raises:
        ValueRangeError: the ending is none of these, or an option has a value that it cannot have.
        MissingExtraError: a PNG or PDF picture needs the libraries of the extra `plot`.
        OSError: the file cannot be written, and the old one is as it was.
    """
    return _save("Graph.save", graph, path, options)


def plot_dot_graph(output: Any, verbose: bool = True, to_file: Any = "graph.png") -> Picture:
    """Draw the graph behind a variable; return the path of the picture, which a notebook shows.

    The name is the book's; the picture is Rung's own, and no Graphviz is needed.

    Args:
        output: a Variable.
        verbose: write shapes and dtypes under the names.
        to_file: where to, with one of the endings that `save` knows.

    Raises:
        DTypeError: it is no Variable.
        ValueRangeError: the ending is unknown.
    """
    graph = graph_behind(output, "plot_dot_graph")
    return Picture(_save("plot_dot_graph", graph, to_file, {"fold": False, "verbose": verbose}))


def _save(who: str, graph: Graph, path: Any, options: dict[str, Any]) -> Path:
    ending = Path(path).suffix.lower()
    if ending not in _WRITERS:
        *most, last = _WRITERS
        expected = f"{', '.join(most)} or {last}"
        raise ValueRangeError(f"{who}: expected a file name that ends in {expected}, but got {str(path)!r}")
    content = _WRITERS[ending](graph, options)
    with write_atomically(path) as file:
        file.write(content)
    return Path(path)


def _page(graph: Graph, options: dict[str, Any]) -> bytes:
    from rung.picture.page import page_of

    return page_of(graph, **options).encode()


def _trace(graph: Graph, options: dict[str, Any]) -> bytes:
    return graph.to_json().encode()


_WRITERS: dict[str, Callable[[Graph, dict[str, Any]], bytes]] = {
    ".html": _page,
    ".svg": lambda graph, options: svg_of(drawing_of(graph, **options)).encode(),
    ".png": lambda graph, options: png_of(drawing_of(graph, **options)),
    ".pdf": lambda graph, options: pdf_of(drawing_of(graph, **options)),
    ".dot": lambda graph, options: dot_of(graph, **options).encode(),
    ".json": _trace,
}


def show(graph: Graph, **options: Any) -> Path:
    """Open the page of a graph in the browser; return the path of its file, which lies in the cache.

    The last few pages that were shown are kept there.
    """
    page = _page(graph, options)
    folder = cache_dir() / "graphs"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"graph-{hashlib.sha256(page).hexdigest()[:12]}.html"
    with write_atomically(path) as file:
        file.write(page)
    shown = sorted(folder.glob("graph-*.html"), key=lambda page: page.stat().st_mtime)
    for old in shown[:-KEPT]:
        with suppress(OSError):
            old.unlink()
    webbrowser.open(path.as_uri())
    return path
