"""`graph_of` finds what lies behind variables, however deep it is."""

import gc
import sys
from weakref import ref

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.errors import DTypeError
from rung.picture import Graph, graph_of


def names(graph):
    return [graph.ops[call.op].name for call in graph.calls]


def test_functions_from_the_oldest_to_the_youngest():
    x = rung.Variable(2.0, name="x")
    a = F.exp(x)
    b = F.sin(x)
    c = F.cos(x)  # leads nowhere
    y = b * a
    graph = graph_of(y)
    assert names(graph) == ["exp", "sin", "mul"]
    assert [call.inputs for call in graph.calls] == [[0], [0], [2, 1]]
    assert graph.values[0].name == "x"
    assert graph.outputs == [3]
    assert c.creator is not None
    assert graph.events == []


def test_only_the_output_has_its_array():
    x = rung.Variable(2.0)
    graph = graph_of(F.exp(x) * 1.0)
    assert [[event for event, _ in value.arrays] for value in graph.values] == [[], [], [], [-1]]
    assert Graph.from_json(graph.to_json()) == graph


def test_several_outputs_share_what_is_behind_them():
    x = rung.Variable(2.0)
    h = x * x
    graph = graph_of(h + 1, h - 1, h)
    assert names(graph) == ["mul", "add", "sub"]
    assert len(graph.outputs) == 3


def test_one_of_several_results_of_a_function():
    x = rung.Variable(np.arange(4.0))
    graph = graph_of(F.split(x, 2)[1])
    (place,) = graph.calls[0].outputs
    assert graph.values[place].output == 1


def test_a_leaf_and_a_constant_are_graphs_too():
    x = rung.Variable(1.0, name="x")
    assert [value.name for value in graph_of(x).values] == ["x"]
    assert graph_of(x.detach()).values[0].kind == "data"
    assert graph_of().values == []


def test_what_is_no_variable_is_refused():
    with pytest.raises(DTypeError, match="graph_of"):
        graph_of(np.ones(2))


def test_a_chain_is_longer_than_any_recursion():
    y = x = rung.Variable(1.0)
    for _ in range(3 * sys.getrecursionlimit()):
        y = y * x
    graph = graph_of(y)
    assert len(graph.calls) == 3 * sys.getrecursionlimit()
    assert graph.values[graph.outputs[0]].generation == len(graph.calls)


def test_derivatives_of_derivatives():
    x = rung.Variable(1.0, name="x")
    y = F.tanh(x)
    for _ in range(3):
        (y,) = rung.grad(y, [x], create_graph=True)
    graph = graph_of(y)
    assert names(graph)[0] == "tanh"
    assert all(graph.values[v].maker is None or graph.values[v].maker < i
               for i, call in enumerate(graph.calls) for v in call.inputs)  # fmt: skip


def test_the_graph_is_data_and_holds_on_to_nothing():
    x = rung.Variable(np.ones(3))
    y = F.exp(x)
    kept = ref(y._record), ref(y._data)
    graph = graph_of(y)
    gc.disable()
    try:
        del y
        assert [each() for each in kept] == [None, None]
    finally:
        gc.enable()
    assert graph.calls
