"""The files of a profile."""

import json

import numpy as np
import pytest

import rung
from rung.errors import ValueRangeError
from rung.models import MLP
from rung.optimizers import SGD

X = np.ones((20, 50), np.float32)


@pytest.fixture
def profile():
    model = MLP((100, 10))
    optimizer = SGD().setup(model)
    with rung.profile() as found:
        model(X).sum().backward()
        optimizer.update()
    return found


def test_a_trace_nests_what_ran_inside(profile, tmp_path):
    trace = json.loads(profile.save(tmp_path / "step.trace.json").read_text())
    spans = [event for event in trace["traceEvents"] if event["ph"] == "X"]
    assert [event["name"] for event in spans] == [
        "linear", "layers.0", "sigmoid", "linear", "layers.1", "mlp", "sum", "sum backward", "linear backward",
        "sigmoid backward", "linear backward", "backward pass: queue, sums of gradients", "updates by optimizers",
    ]  # fmt: skip

    def ends(event):
        return event["ts"] + event["dur"]

    mlp = spans[5]
    assert all(mlp["ts"] <= event["ts"] and ends(event) <= ends(mlp) + 1e-3 for event in spans[:5])
    assert all(event["ts"] >= ends(mlp) - 1e-3 for event in spans[6:])
    memory = [event["args"]["bytes"] for event in trace["traceEvents"] if event["ph"] == "C"]
    assert max(memory) <= profile.memory().bytes
    assert trace["otherData"] == {"left out": 0}


def test_a_trace_keeps_no_more_than_it_is_told_to(tmp_path):
    model = MLP((100, 10))
    with rung.profile(events=3) as profile:
        model(X)
    trace = json.loads(profile.save(tmp_path / "x.trace.json").read_text())
    assert len([event for event in trace["traceEvents"] if event["ph"] == "X"]) == 3
    assert trace["otherData"] == {"left out": 4}  # linear, its layer, the model, and the whole block


def test_json_has_what_the_tables_say(profile, tmp_path):
    found = json.loads(profile.save(str(tmp_path / "step.json")).read_text())
    assert found["seconds"] == profile.seconds
    assert {(op["name"], op["direction"]) for op in found["ops"]} == {
        (row.name, row.direction) for row in profile.by_op().rows
    }
    assert found["memory"]["peak"] == profile.memory().bytes
    assert found["layers"][0]["layers"][1]["parameters"] == 1010
    assert found["leaks"] == []


def test_text_has_the_tables(profile, tmp_path):
    text = profile.save(tmp_path / "step.txt").read_text()
    for part in (profile, profile.by_layer(), profile.memory(), profile.leaks()):
        assert repr(part) in text


def test_another_ending_is_refused(profile, tmp_path):
    with pytest.raises(ValueRangeError, match="expected a name in .trace.json, .json or .txt, but got 'x.svg'"):
        profile.save(tmp_path / "x.svg")
