"""DOT: the right boxes and arrows, the same text each time. What is hostile is in tests/trust."""

import numpy as np
import pydot
import pytest
from picture.programs import training_step

import rung
import rung.functions as F
from rung.errors import DTypeError
from rung.picture.dot import dot_of, get_dot_graph


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


def test_open_groups_are_clusters_and_folded_ones_are_boxes():
    graph = training_step()
    (parsed,) = pydot.graph_from_dot_data(dot_of(graph, direction="right"))
    (model,) = parsed.get_subgraphs()
    assert model.get_label() == '"MLP"'
    assert [layer.get_label() for layer in model.get_subgraphs()] == ['"layers.0 · Linear"', '"layers.1 · Linear"']
    assert parsed.get_rankdir() == "LR"
    for group in graph.groups:
        group.open = False
    (folded,) = pydot.graph_from_dot_data(dot_of(graph))
    assert '"MLP\\n3 functions, 83 parameters"' in [node.get_label() for node in folded.get_nodes()]


def test_what_is_no_variable_is_refused():
    with pytest.raises(DTypeError, match=r"get_dot_graph: expected a Variable, but got float 1.0"):
        get_dot_graph(1.0)
