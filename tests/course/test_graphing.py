"""The graph of a step is that of the learner's own objects, with what their backward did, in its order."""

import json

import pytest

from rung.course import graphing, state
from rung.picture.graph import Graph

DIAMOND = """
import numpy as np
from myrung import Variable
from myrung.core import Add, Square

x = Variable(np.array(2.0))
a = Square()(x)
y = Add()(Square()(a), Square()(a))
y.backward()
"""


def traced(course, number, tmp_path, text, change=lambda core: core):
    files = state.state(course, number)
    files["core.py"] = change(files["core.py"])
    state.write(files, tmp_path / "mytorch", "mytorch")
    program = tmp_path / "program.py"
    program.write_text(text, encoding="utf-8")
    return Graph.from_json(json.dumps(graphing.trace_of(tmp_path, "mytorch", program, "a graph")))


def visits(graph):
    return [graph.ops[graph.calls[event.call].op].name for event in graph.events if event.what == "visit"]


def test_a_diamond_is_walked_from_its_end(course, tmp_path):
    graph = traced(course, 16, tmp_path, DIAMOND)
    assert visits(graph) == ["Add", "Square", "Square", "Square"]
    x = next(value for value in graph.values if value.name == "x")
    assert x.kind == "leaf"
    assert [array.values for _, array in x.gradients] == [64.0]
    sums = [arrival.sum for event in graph.events if event.what == "visit" for arrival in event.arrivals]
    assert sums == [False, False, False, True, False]
    assert graph.calls[0].source == (0, 7)
    assert graph.files == ["program.py"]


def test_the_learners_own_order_is_what_is_played(course, tmp_path):
    """Before step 16 the diamond is walked in another order, and the gradient of x comes out wrong."""
    graph = traced(course, 14, tmp_path, DIAMOND)
    assert len(visits(graph)) > 4
    x = next(value for value in graph.values if value.name == "x")
    assert x.gradients[-1][1].values != 64.0


def test_a_chain_of_step_7(course, tmp_path):
    graph = traced(
        course, 7, tmp_path, DIAMOND.split("y = ")[0].replace("Add, ", "") + "a.grad = np.ones(())\na.backward()\n"
    )
    assert visits(graph) == ["Square"]


def test_a_program_that_fails_is_said(course, tmp_path):
    with pytest.raises(ValueError, match="fails on your framework: NameError"):
        traced(course, 16, tmp_path, "unknown\n")


def test_every_step_has_a_graph_that_can_be_followed(course, tmp_path):
    for number in range(graphing.FIRST, course.last + 1):
        step = course.step(number)
        folder = tmp_path / step.name
        state.write(state.state(course, number), folder / "mytorch", "mytorch")
        found = graphing.trace_of(folder, "mytorch", graphing.program(step), step.title)
        assert 2 <= len(found["calls"]) <= 75, step.name


def test_before_step_7_there_is_none(course):
    with pytest.raises(ValueError, match="variables know their creators from step 7 on"):
        graphing.program(course.step(6))
