"""A graph as a file: the same bytes again, and a clear refusal of what is damaged, hostile or of the future."""

import json
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.errors import TraceError
from rung.models import MLP
from rung.optimizers import SGD
from rung.picture import Graph, graph_of
from rung.picture.trace import plain

PROGRAM = """
import numpy as np, rung, rung.functions as F
from rung.models import MLP
from rung.optimizers import Adam
rung.seed(0)
model = MLP((4, 3), activation=F.tanh)
optimizer = Adam(0.1).setup(model)
x = rung.Variable(np.linspace(-1, 1, 10).reshape(5, 2))
with rung.record("a program") as graph:
    for _ in range(2):
        y = model(x)
        gx = rung.grad(y, x, create_graph=True)
        loss = (y ** 2).mean() + (gx ** 2).sum()
        model.cleargrads()
        loss.backward()
        optimizer.update()
print(graph.to_json(), end="")
"""


def _recorded():
    rung.seed(0)
    model = MLP((4, 3))
    optimizer = SGD(0.1).setup(model)
    x = rung.Variable(np.linspace(-1, 1, 10).reshape(5, 2), name="x")
    with rung.record("ä title\n") as graph:
        for _ in range(2):
            loss = (F.log(model(x)) ** 2).mean()
            model.cleargrads()
            loss.backward()
            optimizer.update()
    return graph


@pytest.fixture(scope="module")
def text():
    with np.errstate(all="ignore"):
        return _recorded().to_json()


def test_reading_gives_the_same_graph(text):
    again = Graph.from_json(text)
    assert again.to_json() == text
    assert "NaN" in text
    assert again.title == "ä title\n"


def test_a_file_too(text, tmp_path):
    path = tmp_path / "graph.json"
    path.write_text(text, encoding="utf-8")
    assert Graph.load(path).to_json() == text


def test_same_program_same_bytes_whatever_came_before(text):
    x = rung.Variable(1.0)
    for _ in range(17):
        x = x * 2
    graph_of(x)
    with np.errstate(all="ignore"):
        assert _recorded().to_json() == text


def test_same_program_same_bytes_in_every_process(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    texts = set()
    for seed, folder in (("1", tmp_path), ("2", tmp_path)):
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path), "PATH": ""}
        run = subprocess.run(
            [sys.executable, str(path)], env=environment, cwd=folder, capture_output=True, check=True
        )
        texts.add(run.stdout)
    assert len(texts) == 1
    found = Graph.from_json(texts.pop())
    assert found.files == ["program.py"]
    assert [each.number for each in found.events if each.what == "step"] == [2]


def test_nothing_in_it_is_an_address_or_an_absolute_path(text):
    assert "0x" not in text
    assert "/" not in "".join(Graph.from_json(text).files).replace("tests/picture/", "")


def test_every_number_json_does_not_have_is_a_text(text):
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_names_that_are_no_unicode_can_be_written():
    x = rung.Variable(1.0, name="\ud800 <script>\x00\u2028")
    text = graph_of(x * x).to_json()
    text.encode("utf-8")
    assert Graph.from_json(text).to_json() == text


def _all_places(data, path=()):
    """The path of each place in nested lists and dicts."""
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, part in parts:
        yield (*path, key)
        yield from _all_places(part, (*path, key))


def _small():
    x = rung.Variable(2.0, name="x")
    with rung.record() as graph:
        (x * 3).backward()
    return json.loads(graph.to_json())


@pytest.mark.parametrize("wrong", [None, -2, 10**30, 1.5, "?", [], {}, [[]], True, "NaN"], ids=repr)
def test_whatever_is_wrong_is_one_sentence(wrong):
    """Every single place of a trace, replaced: refused in one sentence, or read as what it says."""
    healthy = _small()
    for path in _all_places(healthy):
        data = json.loads(json.dumps(healthy))
        target = data
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = wrong
        try:
            found = Graph.from_json(json.dumps(data))
        except TraceError as error:
            assert "\n" not in str(error)
            assert len(str(error)) < 300
        else:
            found.to_json()


def test_every_missing_key_is_said_or_not_missed():
    healthy = _small()
    for path in _all_places(healthy):
        data = json.loads(json.dumps(healthy))
        target = data
        for key in path[:-1]:
            target = target[key]
        if isinstance(target, dict):
            del target[path[-1]]
            with suppress(TraceError):
                Graph.from_json(json.dumps(data))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "must be JSON"),
        (b"\xff\xfe\x00", "must be JSON"),
        ("{", "must be JSON"),
        ("[" * 100_000, "must be JSON"),
        ('{"a": NaN}', "must be JSON"),
        ("9" * 10_000, "must be JSON"),
        ("[]", "something else"),
        ('{"format": "elsewhere"}', "something else"),
        ('{"format": "rung-trace"}', "missing"),
        ('{"format": "rung-trace", "version": 2}', "update Rung"),
        ('{"format": "rung-trace", "version": true}', "version"),
        ('{"format": "rung-trace", "version": 1}', "ops must be a list"),
    ],
)
def test_what_is_no_trace_is_refused(text, why):
    with pytest.raises(TraceError, match=why):
        Graph.from_json(text)


def test_keys_of_later_readers_are_passed_over():
    data = _small()
    data["colour"] = 1
    data["calls"][0]["colour"] = 1
    assert "colour" not in Graph.from_json(json.dumps(data)).to_json()


def _broken(change):
    data = _small()
    change(data)
    return json.dumps(data)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: d["calls"][0]["inputs"].append(2), "must be there before it"),
        (lambda d: d["values"][2].update(maker=None), "must be values that it made"),
        (lambda d: d["values"][0].update(maker=0), "did not make it"),
        (lambda d: d["calls"][0]["outputs"].append(2), "must be values that it made"),
        (lambda d: d["values"][2].update(output=2**53 - 1), "one of the outputs"),
        (lambda d: d["values"][0]["arrays"][0][1].update(values=10**400), "must be a number"),
        (lambda d: d["values"][0]["arrays"][0][1].update(values=[2.0]), "in the shape"),
        (lambda d: d["values"][0].update(shape=[1]), "in the shape"),
        (lambda d: d["events"][1]["arrivals"][0]["array"].update(values=[[1.0]]), "the shape of value 2"),
        (lambda d: d["memory"]["bytes"].pop(), "columns of one length"),
        (lambda d: d["events"][0].pop("call"), "must say its call"),
        (lambda d: d["groups"].append(_group(0, 0, None)) or d["groups"].append(_group(0, 0, None)), "has ended"),
        (lambda d: d["groups"].append(_group(0, 0, 0)), "earlier group"),
        (
            lambda d: d["scopes"].append({"parent": 0, "name": "", "kind": "", "path": "", "count": 0}),
            "earlier scope",
        ),
        (lambda d: d["values"][0]["arrays"][0][1].update(histogram=[1]), "a list of 32"),
        (lambda d: d["values"][0]["arrays"][0][1].update(values=[[0.0] * 40] * 40), "at most 64 numbers"),
        (lambda d: d["values"][0]["arrays"][0][1].update(values=[[[]] * 9] * 99), "at most 64"),
        (
            lambda d: d["values"][0]["arrays"][0][1].update(thumbnail={"rows": 2, "columns": 2, "pixels": "AA=="}),
            "2 x 2 bytes",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(change, why):
    with pytest.raises(TraceError, match=why):
        Graph.from_json(_broken(change))


def _group(first, last, parent):
    return {"parent": parent, "kind": "stretch", "label": "", "detail": "", "scope": None, "first": first,
            "last": last, "open": True}  # fmt: skip


def test_the_file_is_named_in_the_refusal(tmp_path):
    path = tmp_path / "graph.json"
    path.write_text("{")
    with pytest.raises(TraceError, match=r"^graph\.json: "):
        Graph.load(path)


def test_special_numbers_as_texts():
    assert plain((float("nan"), float("inf"), {"a": "b"})) == ["NaN", "Infinity", {"a": "b"}]
