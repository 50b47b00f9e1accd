"""Names that would be language in a picture of a graph, file names that would be commands, and pictures that fail."""

import base64
import errno
import gzip
import json
import os
import re
import sys
from contextlib import contextmanager
from html.parser import HTMLParser
from unittest.mock import patch
from xml.etree import ElementTree

import pydot

import rung
from rung.errors import MissingExtraError, PictureError, ValueRangeError
from rung.picture import boxes, graph_of
from rung.picture.dot import dot_of, quoted
from rung.picture.drawing import drawing_of
from rung.picture.page import page_of
from rung.picture.saving import plot_dot_graph
from rung.picture.svg import svg_of

from .rows import row

HOSTILE_NAMES = [
    '"', '"]; evil [label="', "]", "}", ";", "\\", 'x\\"', "x\\", "a\\nb", "\\N", "\\G", "\n", "\r\n", "\0",
    "\x1b[31m",
    "<script>alert(1)</script>", "</script>", "<b>bold</b>", "<a> <b>", "<<TABLE>>", "&", "&amp;", "&#60;", "{a|b}",
    "\u2028", "\u202e", "\ud800", "é名前", "//", "/*", "#", "->", "digraph", "a:b:c", "x" * 10_000,
    '"' * 500, "\\" * 501, "%s%n", "$(touch x)", "`touch x`", "' onload='alert(1)", '" URL="javascript:alert(1)"',
]  # fmt: skip
HOSTILE_FILES = [
    "a;touch X;.png", "$(touch X).png", "`touch X`.png", "a b.png", "-Tsvg.png", "--help.png", "a|touch X.png",
    "a&touch X.png", "'a'.png", '"a".png', "a\nb.png", "*.png", "é.png", ">X.png",
]  # fmt: skip
BOX = re.compile(r"[vf]\d+")
SVG = "{http://www.w3.org/2000/svg}"
RUNS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile")
PNG = b"\x89PNG\r\n\x1a\n"


def _graph(name):
    """A small graph whose title, and variables at both ends, have this name."""
    x = rung.Variable(2.0, name=name)
    y = x * x + 1.0
    y.name = name
    return graph_of(y, title=name)


@row("names of variables that would be language in a picture of the graph")
def hostile_names(trial):
    plain = _graph("x")
    for name in trial.each(HOSTILE_NAMES):
        graph = _graph(name)
        for kind, check in (("DOT", _check_dot), ("SVG", _check_svg), ("HTML", _check_page)):
            fault = check(graph, plain, name)
            if fault:
                trial.wrong(f"{name!r:.40} in {kind}: {fault}")


def _check_dot(graph, plain, name):
    graphs = pydot.graph_from_dot_data(dot_of(graph))
    if not graphs or len(graphs) != 1:
        return "the text does not parse"
    (expected,) = pydot.graph_from_dot_data(dot_of(plain))
    nodes = graphs[0].get_nodes()
    names = {node.get_name() for node in nodes}
    if names != {node.get_name() for node in expected.get_nodes()} or not all(map(BOX.fullmatch, names)):
        return "there are other nodes"
    if any(node.get_attributes().keys() - {"label", "color", "style", "shape"} for node in nodes):
        return "a node has a foreign attribute"
    shown = next(node for node in nodes if node.get_name() == "v0").get_label()
    return "" if shown == quoted(f"{name}: () float64") else f"the label reads {shown:.40}"


def _check_svg(graph, plain, name):
    root = ElementTree.fromstring(svg_of(drawing_of(graph)))
    expected = ElementTree.fromstring(svg_of(drawing_of(plain)))
    shown, _ = boxes.measured(boxes.empty("value", 0, -1), [boxes.drawable(name), "() float64"], 0, 1)["lines"]
    if bool(shown) and [e.tag for e in root.iter()] != [e.tag for e in expected.iter()]:
        return "there are other elements"
    if not parses_as_svg(svg_of(drawing_of(graph))):
        return "there is more than shapes and text"
    texts = [element.text for element in root.iter(f"{SVG}text")]
    return "" if texts.count(shown) == 2 * bool(shown) else f"the texts read {texts!r:.60}"


def _check_page(graph, plain, name):
    page, expected = (_Page(page_of(each)) for each in (graph, plain))
    if page.tags != expected.tags:
        return "there are other elements"
    trace = json.loads(gzip.decompress(base64.b64decode(page.content)))["trace"]
    found = trace["values"][0]["name"]
    return "" if found in (name, name.replace("\ud800", "?")) else f"the name reads {found!r:.40}"


class _Page(HTMLParser):
    """What a browser finds in a page: elements with their attributes, and the packed trace."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.content, self._inside = [], "", False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, attributes))
        self._inside = ("id", "content") in attributes

    def handle_endtag(self, tag):
        self.tags.append((tag, None))
        self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.content += data


def parses_as_svg(picture):
    """Whether a picture holds shapes and text alone: no script, no link, no handler of events."""
    plain = {"svg", "g", "title", "style", "rect", "path", "text"}
    elements = list(ElementTree.fromstring(picture).iter())
    tags = {element.tag.rpartition("}")[2] for element in elements}
    return tags <= plain and not any(name.startswith("on") or "href" in name for e in elements for name in e.attrib)


@row("file names of a picture that would be commands of a shell")
def hostile_file_names(trial):
    folder = trial.folder / "pictures"
    folder.mkdir()
    graph = rung.Variable(2.0, name="x") * 3
    for name in trial.each(HOSTILE_FILES):
        with programs_that_start() as started:
            plot_dot_graph(graph, to_file=folder / name)
        made = [path.name for path in folder.iterdir()]
        if started:
            trial.wrong(f"{name!r}: it ran {started}")
        if made != [name]:
            trial.wrong(f"{name!r}: there are {made}")
        elif not (folder / name).read_bytes().startswith(PNG):
            trial.wrong(f"{name!r}: it is no PNG")
        for path in folder.iterdir():
            path.unlink()


_started = []


def _note_start(event, _):
    if event in RUNS:
        _started.append(event)


@contextmanager
def programs_that_start():
    """The list of all attempts to start a program meanwhile, as Python's own audit sees them."""
    if not hasattr(programs_that_start, "looks"):
        sys.addaudithook(_note_start)
        programs_that_start.looks = True
    _started.clear()
    yield _started


def _raising(error):
    def fail(*_, **__):
        raise error

    return fail


@row("a picture that cannot be drawn or written: an error, and the old picture stays")
def picture_fails(trial):
    path, y = trial.folder / "graph.png", rung.Variable(2.0) * 3
    full = OSError(errno.ENOSPC, "no space left on the disk")
    ways = {
        "the library is missing": (patch.dict(sys.modules, resvg_py=None), MissingExtraError, "rung[plot]"),
        "the library fails": (patch("resvg_py.svg_to_bytes", _raising(ValueError("no font"))), PictureError, "no font"),
        "the disk is full": (patch("os.fsync", _raising(full)), OSError, "no space left"),
        "Ctrl-C while it is drawn": (patch("rung.picture.png.svg_of", _raising(KeyboardInterrupt())),
                                     KeyboardInterrupt, ""),
        "Ctrl-C while it is written": (patch("os.fsync", _raising(KeyboardInterrupt())), KeyboardInterrupt, ""),
    }  # fmt: skip
    for what, (fault, kind, words) in trial.each(ways.items()):
        path.write_bytes(b"the old picture")
        _expect_failure(trial, what, fault, kind, words, y, path)
        if path.read_bytes() != b"the old picture":
            trial.lost(what)
        if os.listdir(trial.folder) != [path.name]:
            trial.bad(f"{what}: there are {os.listdir(trial.folder)}")
    for name in ("graph.bmp", "graph", "graph.png.exe"):
        _expect_failure(trial, name, patch.dict(os.environ), ValueRangeError, name, y, trial.folder / name)


def _expect_failure(trial, what, fault, kind, words, y, path):
    with fault:
        try:
            plot_dot_graph(y, to_file=path)
        except kind as error:
            if words not in str(error):
                trial.bad(f"{what}: {error}")
        else:
            trial.wrong(f"{what}: nothing was said")
