"""The graph as DOT: the right boxes and arrows, the same text each time. What is hostile is in tests/trust."""

import shutil

import numpy as np
import pydot
import pytest
from trust.pictures import HOSTILE_NAMES, parses_as_svg

import rung
import rung.functions as F
from rung.errors import DTypeError, ValueRangeError
from rung.visualize import get_dot_graph, plot_dot_graph


def _parsed(y, verbose=True):
    graph = pydot.graph_from_dot_data(get_dot_graph(y, verbose))[0]
    labels = {node.get_name(): node.get_label().strip('"') for node in graph.get_nodes()}
    return labels, {(edge.get_source(), edge.get_destination()) for edge in graph.get_edges()}


def test_every_function_and_variable_has_one_box_and_every_use_an_arrow():
    x, y = rung.Variable(1.0, name="x"), rung.Variable(2.0, name="y")
    labels, arrows = _parsed(x * y + x, verbose=False)
    assert sorted(labels.values()) == ["", "", "add", "mul", "x", "y"]
    named = {(labels[a], labels[b]) for a, b in arrows}
    assert named == {("x", "mul"), ("y", "mul"), ("mul", ""), ("", "add"), ("x", "add"), ("add", "")}


def test_shapes_and_dtypes_are_shown_if_asked():
    x = rung.Variable(np.ones((2, 3), np.float32), name="x")
    assert "x: (2, 3) float32" in _parsed(x.sum())[0].values()
    assert "x" in _parsed(x.sum(), verbose=False)[0].values()


def test_numbers_and_data_beside_variables_are_shown_too():
    labels, _ = _parsed(rung.Variable(np.ones(2)) * 2.5 + np.ones(2))
    assert "2.5" in labels.values()
    assert len(labels) == 7


def test_outputs_of_one_function_are_boxes_of_their_own():
    a, b = rung.Variable(np.ones((2, 2))).split(2)
    labels, arrows = _parsed(a * b)
    (split,) = [box for box, label in labels.items() if label == "split"]
    assert len({end for start, end in arrows if start == split}) == 2


def test_the_same_program_gives_the_same_text():
    def program():
        x = rung.Variable(np.ones(3))
        return F.sum(F.tanh(x) * 2.0)

    assert get_dot_graph(program()) == get_dot_graph(program())


def test_a_leaf_is_a_graph_of_one_box():
    assert _parsed(rung.Variable(1.0, name="x"), verbose=False) == ({"v0": "x"}, set())


def test_the_graph_of_a_gradient_is_drawn():
    x = rung.Variable(1.0)
    F.tanh(x).backward(create_graph=True)
    labels, _ = _parsed(x.grad)
    assert "tanh" in labels.values()
    assert "mul" in labels.values()


def test_a_chain_of_20_000_functions_is_no_recursion():
    y = x = rung.Variable(1.0)
    for _ in range(20_000):
        y = y + x
    assert get_dot_graph(y).count("label=") == 40_001


def test_what_is_no_variable_is_refused():
    with pytest.raises(DTypeError, match=r"get_dot_graph: expected a Variable, but got float 1.0"):
        get_dot_graph(1.0)


def test_an_unknown_ending_is_refused(tmp_path):
    with pytest.raises(ValueRangeError, match=r"ends in \.png, .*'graph.bmp'"):
        plot_dot_graph(rung.Variable(1.0) * 2, to_file="graph.bmp")


def test_the_text_alone_needs_no_graphviz(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    y = rung.Variable(1.0) * 2
    path = plot_dot_graph(y, to_file=tmp_path / "graph.dot")
    assert path.read_text(encoding="utf-8") == get_dot_graph(y)


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_draws_it_and_hostile_names_are_text_alone(tmp_path):
    y = rung.Variable(1.0)
    for name in HOSTILE_NAMES:
        y = y * rung.Variable(1.0, name=name)
    assert parses_as_svg(plot_dot_graph(y, to_file=tmp_path / "graph.svg").read_bytes())
    assert plot_dot_graph(y, to_file=tmp_path / "graph.png").read_bytes().startswith(b"\x89PNG")
