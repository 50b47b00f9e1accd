"""Names that would be language in a picture of a graph, and file names that would be commands of a shell."""

import os
import re
import stat
import sys
from contextlib import contextmanager
from unittest.mock import patch
from xml.etree import ElementTree

import pydot

import rung
from rung.errors import RungError
from rung.visualize import get_dot_graph, plot_dot_graph
from rung.visualize.dot import quoted

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
BOX = re.compile(r"[vf]\d+(_\d+)?(c\d+)?")


def _graph(name):
    x = rung.Variable(2.0, name=name)
    y = x * x + 1.0
    y.name = name
    return y


@row("names of variables that would be language in a picture of the graph")
def hostile_names(trial):
    plain = pydot.graph_from_dot_data(get_dot_graph(_graph("x")))[0]
    expected = {node.get_name() for node in plain.get_nodes()}
    for name in trial.each(HOSTILE_NAMES):
        graphs = pydot.graph_from_dot_data(get_dot_graph(_graph(name)))
        if not graphs or len(graphs) != 1:
            trial.bad(f"{name!r:.40}: the text does not parse")
            continue
        nodes = graphs[0].get_nodes()
        if {node.get_name() for node in nodes} != expected or not all(BOX.fullmatch(n.get_name()) for n in nodes):
            trial.wrong(f"{name!r:.40}: the picture has other nodes")
        if any(node.get_attributes().keys() - {"label", "color", "style", "shape"} for node in nodes):
            trial.wrong(f"{name!r:.40}: a node has a foreign attribute")
        shown = next(node for node in nodes if node.get_name() == "v0").get_label()
        if shown != quoted(f"{name}: () float64"):
            trial.wrong(f"{name!r:.40}: the label reads {shown:.40}")


@contextmanager
def graphviz_that(code, folder):
    """A program `dot`, alone on the path, that runs some Python and can look at its arguments and input."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    program = programs / "dot"
    program.write_text(f"#!{sys.executable}\nimport sys, os\ntext = sys.stdin.read()\n{code}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    with patch.dict(os.environ, PATH=str(programs)):
        yield


@row("file names of a picture that would be commands of a shell")
def hostile_file_names(trial):
    folder = trial.folder / "pictures"
    folder.mkdir()
    with graphviz_that("print(sys.argv[1:])", trial.folder):
        for name in trial.each(HOSTILE_FILES):
            plot_dot_graph(_graph("x"), to_file=folder / name)
            made = [path.name for path in folder.iterdir()]
            if made != [name]:
                trial.wrong(f"{name!r}: there are {made}")
            elif (folder / name).read_text(encoding="utf-8") != "['-Tpng']\n":
                trial.wrong(f"{name!r}: Graphviz was told {(folder / name).read_text(encoding='utf-8')}")
            (folder / name).unlink(missing_ok=True)


@row("Graphviz missing, failing, silent, or drawing for ever: an error, and the old picture stays")
def graphviz_fails(trial):
    path = trial.folder / "graph.png"
    ways = {
        "it is missing": (None, "install Graphviz"),
        "it fails": ("sys.exit('no such layout')", "no such layout"),
        "it is silent": ("pass", "exit status 0"),
        "it is killed": ("print('half a picture', flush=True); os.kill(os.getpid(), 9)", "exit status -9"),
        "it never ends": ("import time; time.sleep(60)", "within"),
    }
    for what, (code, words) in trial.each(ways.items()):
        path.write_bytes(b"the old picture")
        with graphviz_that(code or "", trial.folder), patch("rung.visualize.dot.TIMEOUT", 1.0):
            if code is None:
                (trial.folder / "programs" / "dot").unlink()
            try:
                plot_dot_graph(_graph("x"), to_file=path)
            except RungError as error:
                if words not in str(error):
                    trial.bad(f"{what}: {error}")
            else:
                trial.wrong(f"{what}: nothing was said")
        if path.read_bytes() != b"the old picture":
            trial.lost(what)


def parses_as_svg(picture):
    """Whether a picture that Graphviz drew holds shapes and text alone: no script, no link, no handler of events."""
    plain = {"svg", "g", "title", "polygon", "ellipse", "path", "text"}
    elements = list(ElementTree.fromstring(picture).iter())
    tags = {element.tag.rpartition("}")[2] for element in elements}
    return tags <= plain and not any(name.startswith("on") or "href" in name for e in elements for name in e.attrib)
