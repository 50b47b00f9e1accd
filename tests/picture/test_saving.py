"""Saving: the ending says what is written; it is written whole or not at all, and no other program is asked."""

import json
import os
import webbrowser

import numpy as np
import pytest
from picture.programs import training_step
from trust.pictures import programs_that_start

import rung
from rung.errors import DTypeError, ValueRangeError
from rung.picture import Graph
from rung.picture.saving import KEPT, WRITERS, plot_dot_graph, show

BEGINNINGS = {
    ".html": b"<!DOCTYPE html>", ".svg": b"<svg ", ".png": b"\x89PNG", ".pdf": b"%PDF-", ".dot": b"digraph g {",
    ".json": b'{"format":"rung-trace"',
}  # fmt: skip


@pytest.mark.parametrize("ending", [*WRITERS, ".PNG"])
def test_the_ending_says_what_is_written(ending, tmp_path):
    path = training_step().save(tmp_path / f"graph{ending}")
    assert path == tmp_path / f"graph{ending}"
    assert path.read_bytes().replace(b'": "', b'":"').startswith(BEGINNINGS[ending.lower()])
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("ending", WRITERS)
def test_the_same_program_gives_the_same_bytes(ending, tmp_path):
    first, second = (training_step().save(tmp_path / f"{name}{ending}").read_bytes() for name in "ab")
    assert first == second


def test_a_trace_is_read_back(tmp_path):
    graph = training_step()
    again = Graph.load(graph.save(tmp_path / "graph.json"))
    assert json.loads(again.to_json()) == json.loads(graph.to_json())
    assert again.save(tmp_path / "a.svg").read_bytes() == graph.save(tmp_path / "b.svg").read_bytes()


def test_an_unknown_ending_is_refused(tmp_path):
    with pytest.raises(ValueRangeError, match=r"Graph.save: .* ends in \.html, .* or \.json, but got .*graph.bmp'"):
        training_step().save(tmp_path / "graph.bmp")


@pytest.mark.parametrize(
    ("ending", "options", "why"),
    [
        (".svg", {"variables": "some"}, "variables must be 'all' or 'named', but is 'some'"),
        (".dot", {"direction": "left"}, "direction must be 'down' or 'right', but is 'left'"),
        (".png", {"folded": True}, "expected fold, variables, verbose, direction for .png, but got folded=True"),
        (".html", {"fold": True}, "expected compare, title, start for .html, but got fold=True"),
        (".json", {"fold": True}, "expected no options for .json, but got fold=True"),
    ],
)
def test_options_that_cannot_be_are_refused(ending, options, why, tmp_path):
    with pytest.raises(ValueRangeError, match=f"^Graph.save: {why}$"):
        training_step().save(tmp_path / f"graph{ending}", **options)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("ending", WRITERS)
def test_a_title_that_is_no_unicode_can_be_written(ending, tmp_path):
    with rung.record("\ud800") as graph:
        rung.Variable(1.0, name="\ud800") * 2
    assert graph.save(tmp_path / f"graph{ending}").exists()


def test_plot_dot_graph_draws_as_the_book_does(tmp_path):
    x = rung.Variable(np.ones((2, 3)), name="x")
    verbose = plot_dot_graph(x * 2.0, to_file=tmp_path / "graph.svg").path.read_text(encoding="utf-8")
    plain = plot_dot_graph(x * 2.0, False, str(tmp_path / "plain.svg")).path.read_text(encoding="utf-8")
    assert ">x<" in verbose
    assert ">x<" in plain
    assert ">(2, 3) float64<" in verbose
    assert ">(2, 3)" not in plain


@pytest.mark.parametrize("ending", WRITERS)
def test_plot_dot_graph_takes_every_ending_and_runs_no_program(ending, tmp_path):
    with programs_that_start() as started:
        picture = plot_dot_graph(rung.Variable(1.0) * 2, to_file=tmp_path / f"graph{ending}")
    assert started == []
    assert os.fspath(picture) == str(tmp_path / f"graph{ending}")


def test_plot_dot_graph_refuses_what_it_cannot_draw(tmp_path):
    with pytest.raises(DTypeError, match="plot_dot_graph: expected a Variable, but got float 1.0"):
        plot_dot_graph(1.0)
    with pytest.raises(ValueRangeError, match=r"plot_dot_graph: .*graph.gif"):
        plot_dot_graph(rung.Variable(1.0) * 2, to_file=tmp_path / "graph.gif")


def test_showing_opens_a_page_and_keeps_a_few(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setenv("RUNG_CACHE", str(tmp_path))
    monkeypatch.setattr(webbrowser, "open", opened.append)
    graph = training_step()
    for i in range(KEPT + 3):
        path = show(graph, title=f"graph {i}")
        os.utime(path, (i, i))
    assert opened[-1] == path.as_uri()
    assert path.read_bytes().startswith(b"<!DOCTYPE html>")
    assert len(list((tmp_path / "graphs").iterdir())) == KEPT
    assert path.exists()
