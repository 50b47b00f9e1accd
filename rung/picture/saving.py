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
from rung.picture.page import page_of
from rung.picture.pdf import pdf_of
from rung.picture.png import png_of
from rung.picture.shown import Picture
from rung.picture.svg import svg_of

WRITERS: dict[str, Callable[..., bytes]] = {
    ".html": lambda graph, **options: page_of(graph, **options).encode("utf-8", "replace"),
    ".svg": lambda graph, **options: svg_of(drawing_of(graph, **options)).encode(),
    ".png": lambda graph, **options: png_of(drawing_of(graph, **options)),
    ".pdf": lambda graph, **options: pdf_of(drawing_of(graph, **options)),
    ".dot": lambda graph, **options: dot_of(graph, **options).encode(),
    ".json": lambda graph: graph.to_json().encode(),
}
STILL = (".svg", ".png", ".pdf", ".dot")  # pictures that do not move, and so take options of drawing
DRAWING_OPTIONS = ("fold", "variables", "verbose", "direction")
PAGE_OPTIONS = ("compare", "title", "start")
CHOICES = {"variables": ("all", "named"), "direction": ("down", "right")}
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
        options: for pictures and DOT, what `drawing_of` takes; for a page, what `page_of` takes.

    Raises:
        ValueRangeError: the ending is none of these, or an option has a value that it cannot have.
        MissingExtraError: a PNG or PDF picture needs the libraries of the extra `plot`.
        OSError: the file cannot be written, and the old one is as it was.
    """
    return write("Graph.save", graph, path, options)


def write(who: str, graph: Graph, path: Any, options: dict[str, Any]) -> Path:
    """Write a graph to a file; `who` is named in errors."""
    ending = ending_of(who, path)
    check_options(who, ending, options)
    content = WRITERS[ending](graph, **options)
    with write_atomically(path) as file:
        file.write(content)
    return Path(path)


def check_options(who: str, ending: str, options: dict[str, Any]) -> None:
    """Refuse options that this kind of file does not have, and values that an option cannot have."""
    known = {".html": PAGE_OPTIONS, ".json": ()}.get(ending, DRAWING_OPTIONS)
    for name, value in options.items():
        if name not in known:
            expected = ", ".join(known) or "no options"
            raise ValueRangeError(f"{who}: expected {expected} for {ending}, but got {name}={value!r}")
        if name in CHOICES and value not in CHOICES[name]:
            expected = " or ".join(map(repr, CHOICES[name]))
            raise ValueRangeError(f"{who}: {name} must be {expected}, but is {value!r}")


def ending_of(who: str, path: Any) -> str:
    """The ending of a file name, in small letters. Raises `ValueRangeError` if nothing is written by that ending."""
    ending = Path(path).suffix.lower()
    if ending not in WRITERS:
        *most, last = WRITERS
        expected = f"{', '.join(most)} or {last}"
        raise ValueRangeError(f"{who}: expected a file name that ends in {expected}, but got {str(path)!r}")
    return ending


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
    still = ending_of("plot_dot_graph", to_file) in STILL
    return Picture(write("plot_dot_graph", graph, to_file, {"fold": False, "verbose": verbose} if still else {}))


def show(graph: Graph, **options: Any) -> Path:
    """Open the page of a graph in the browser; return the path of its file, which lies in the cache.

    The last few pages that were shown are kept there.
    """
    page = page_of(graph, **options).encode()
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
