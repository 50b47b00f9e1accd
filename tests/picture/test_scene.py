"""Scenes: what is visible when these groups are open, in Python and in the page alike."""

import json
from itertools import pairwise

import numpy as np
import pytest
from picture import twin
from picture.programs import (
    PROGRAMS,
    a_gradient_that_is_nan,
    failure_in_backward,
    training_step,
    where_infinity_comes_from,
    where_nan_comes_from,
)

import rung
import rung.functions as F
from rung.picture import graph_of, record
from rung.picture.scene import scene_of


def _openings(graph):
    """Every group closed, every group open, those of the start, and every second one."""
    count = len(graph.groups)
    return [None, [], list(range(count)), list(range(0, count, 2)), list(range(1, count, 2))]


def _scenes(graph):
    for opened in _openings(graph):
        for variables, verbose in (("all", True), ("all", False), ("named", True)):
            yield opened, variables, verbose


def _boxes(scene, kind):
    return [box for box in scene["boxes"] if box["kind"] == kind]


def _titles(scene):
    return [box["lines"][0] for box in scene["boxes"]]


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_page_sees_the_same_scene(name):
    graph = PROGRAMS[name]()
    trace = json.loads(graph.to_json())
    cases = [
        {"opened": opened, "options": {"variables": variables, "verbose": verbose}}
        for opened, variables, verbose in _scenes(graph)
    ]
    expected = [scene_of(graph, case["opened"], **case["options"]) for case in cases]
    for case in cases:
        case["trace"] = trace
    assert twin.run("sceneOf(it.trace, it.opened && new Set(it.opened), it.options)", cases) == expected


@pytest.mark.parametrize("name", PROGRAMS)
def test_nets_run_forward_between_ports_that_are_there(name):
    graph = PROGRAMS[name]()
    for opened, variables, verbose in _scenes(graph):
        scene = scene_of(graph, opened, variables, verbose)
        boxes, seen = scene["boxes"], set()
        for net in scene["nets"]:
            source, out = net["from"]
            assert 0 <= out < len(boxes[source]["outs"])
            assert net["to"]
            for target, place in net["to"]:
                assert source < target
                assert 0 <= place < len(boxes[target]["ins"])
                assert (target, place) not in seen, "two nets end at one port"
                seen.add((target, place))
        used = {(target, place) for net in scene["nets"] for target, place in net["to"]}
        assert used == {(i, place) for i, box in enumerate(boxes) for place in range(len(box["ins"]))}


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_call_is_in_one_box_whatever_is_folded(name):
    graph = PROGRAMS[name]()
    for opened, variables, verbose in _scenes(graph):
        scene = scene_of(graph, opened, variables, verbose)
        shown = [box["id"] for box in _boxes(scene, "call")]
        for box in _boxes(scene, "group"):
            group = graph.groups[box["id"]]
            shown += range(group.first, group.last + 1)
        assert sorted(shown) == list(range(len(graph.calls)))
        values = [box["id"] for box in _boxes(scene, "value")]
        assert len(values) == len(set(values))


@pytest.mark.parametrize("name", PROGRAMS)
def test_frames_are_the_open_groups_and_hold_what_is_in_them(name):
    graph = PROGRAMS[name]()
    scene = scene_of(graph, range(len(graph.groups)))
    frames = scene["frames"]
    assert [frame["group"] for frame in frames] == list(range(len(graph.groups)))
    for i, frame in enumerate(frames):
        parent = graph.groups[frame["group"]].parent
        assert frame["parent"] < i
        assert (frames[frame["parent"]]["group"] if frame["parent"] >= 0 else None) == parent
    for box in _boxes(scene, "call"):
        group = graph.calls[box["id"]].group
        assert (frames[box["frame"]]["group"] if box["frame"] >= 0 else None) == group


def test_unnamed_results_are_left_out_and_nets_pass_them_by():
    x = rung.Variable(np.ones(3), name="x")
    h = F.tanh(x)
    h.name = "h"
    graph = graph_of(F.sum(F.exp(h)))
    scene = scene_of(graph, variables="named")
    assert _titles(scene) == ["x", "tanh", "h", "exp", "sum", ""]
    exp, total = (_titles(scene).index(name) for name in ("exp", "sum"))
    assert [[total, 0]] in [net["to"] for net in scene["nets"] if net["from"] == [exp, 0]]


def test_folded_groups_count_what_they_hide():
    graph = training_step()
    (box,) = [box for box in scene_of(graph, [])["boxes"] if box["kind"] == "group" and box["lines"][0] == "MLP"]
    assert box["lines"] == ["MLP", "3 functions, 83 parameters"]
    assert (len(box["ins"]), len(box["outs"])) == (1, 1)


def test_parameters_are_folded_with_their_layer_and_inputs_are_not():
    folded = _titles(scene_of(training_step(), []))
    assert "x" in folded
    assert "W" not in folded


def test_a_weight_that_two_calls_share_stays_outside_of_both():
    layer = rung.layers.Linear(3)
    with record() as graph:
        layer(layer(rung.Variable(np.ones((1, 3), np.float32), name="x")))
    scene = scene_of(graph, [])
    assert [box["lines"][0] for box in _boxes(scene, "value")] == ["x", "linear.W", "linear.b", ""]
    assert [len(box["ins"]) for box in _boxes(scene, "group")] == [3, 3]


def test_an_output_of_a_folded_group_is_seen():
    model = rung.models.MLP((4, 2))
    with record() as graph:
        y = model(np.ones((1, 3), np.float32))
        y.name = "y"
    scene = scene_of(graph, [])
    assert _titles(scene)[-2:] == ["MLP", "y"]
    assert scene["boxes"][-1]["frame"] == -1


def test_the_call_that_made_the_first_nan_is_wrong_and_so_is_the_group_that_hides_it():
    graph = where_nan_comes_from()
    tones = {box["lines"][0]: box["tone"] for box in scene_of(graph, range(len(graph.groups)))["boxes"]}
    assert tones["log"] == "wrong"
    assert tones["mul"] == "function"
    assert tones["x"] == "leaf"

    class Broken(rung.Layer):
        def forward(self, x):
            return F.log(x)

    with np.errstate(all="ignore"), record() as graph:
        Broken()(rung.Variable(-1.0))
    assert [box["tone"] for box in scene_of(graph, [])["boxes"] if box["kind"] == "group"] == ["wrong"]


def _boxes_of(graph):
    return {box["lines"][0]: box for box in scene_of(graph, range(len(graph.groups)))["boxes"]}


def test_infinity_is_as_wrong_as_nan():
    boxes = _boxes_of(where_infinity_comes_from())
    assert (boxes["div"]["tone"], boxes["div"]["lines"][-1]) == ("wrong", "infinity begins here")
    assert boxes["sum"]["tone"] == "function"
    assert (boxes["x"]["tone"], boxes["x"]["lines"][-1]) == ("wrong", "1 infinite in its gradient")


def test_infinity_that_the_program_gives_begins_nowhere():
    with record() as graph:
        F.where(np.array([True, False]), rung.Variable(np.ones(2)), float("-inf"))
    assert _boxes_of(graph)["where"]["tone"] == "function"


def test_a_gradient_that_is_nan_is_seen_at_what_it_belongs_to():
    box = _boxes_of(a_gradient_that_is_nan())["x"]
    assert (box["tone"], box["lines"][-1]) == ("wrong", "1 NaN in its gradient")


def test_a_call_whose_derivative_failed_is_marked():
    box = _boxes_of(failure_in_backward())["without_derivative"]
    assert (box["tone"], box["lines"][-1]) == ("wrong", "its derivative failed")


def test_a_gradient_without_a_name_is_called_after_its_variable():
    x = rung.Variable(2.0, name="x")
    F.tanh(x).backward(create_graph=True)
    with record() as graph:
        z = F.tanh(x)
        z.backward(create_graph=True)
    assert "x.grad" in _titles(scene_of(graph, range(len(graph.groups))))


def test_a_box_is_wide_enough_for_its_ports():
    for box in scene_of(PROGRAMS["several outputs"]())["boxes"]:
        for ports in (box["ins"], box["outs"]):
            assert all(b - a >= 10 for a, b in pairwise(ports))
            assert all(0 < port < box["w"] for port in ports)


def test_what_nothing_is_made_of_is_left_out():
    x = rung.Variable(2.0, name="x")
    with record() as graph:
        F.tanh(x).backward(create_graph=True)
    scene = scene_of(graph, range(len(graph.groups)))
    joined = {box for net in scene["nets"] for box, _ in [net["from"], *net["to"]]}
    assert joined == set(range(len(scene["boxes"])))


def test_a_chain_of_10_000_functions_is_no_recursion():
    y = x = rung.Variable(1.0, name="x")
    for _ in range(10_000):
        y = y + x
    graph = graph_of(y)
    assert len(scene_of(graph, range(len(graph.groups)))["boxes"]) == 20_001


def test_the_call_that_an_infinite_mask_comes_from_is_no_fault():
    with rung.record() as graph:
        F.where(np.array([True, False]), rung.Variable(np.ones(2)), -np.inf)
    (call,) = (box for box in scene_of(graph)["boxes"] if box["kind"] == "call")
    assert call["tone"] == "function"


def test_a_parameter_outside_of_its_layer_says_whose_it_is():
    model = rung.models.MLP((2, 1))
    with record() as graph:
        for _ in range(2):
            model(np.ones((1, 3), np.float32))
    opened = range(len(graph.groups))
    titles = [box["lines"][0] for box in scene_of(graph, opened)["boxes"] if box["tone"] == "parameter"]
    assert titles == ["layers.0.W", "layers.0.b", "layers.1.W", "layers.1.b"]
    with record() as once:
        model(np.ones((1, 3), np.float32))
    opened = range(len(once.groups))
    assert {box["lines"][0] for box in scene_of(once, opened)["boxes"] if box["tone"] == "parameter"} == {"W", "b"}
