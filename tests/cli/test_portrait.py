"""`rung train` leaves the graph of a batch and the table of the layers, and the training does not notice."""

import json

import numpy as np
import pytest

import rung
from rung.cli import main
from rung.cli.portrait import GRAPH, MODEL, Portrait
from rung.picture.graph import Graph


@pytest.fixture(autouse=True)
def _no_pictures(monkeypatch):
    monkeypatch.setattr("rung.cli.train.draw_pictures", lambda *_: [])


def train(folder, *options):
    """A short training with everything that a recording could disturb: dropout, and weights that are sized late."""
    settings = ["--data", "moons", "--epochs", "2", "--dropout", "0.3"]
    assert main(["train", *settings, "--out", str(folder), *options]) == 0
    return dict(np.load(folder / "last.npz"))


def test_the_training_is_the_same_bit_for_bit(tmp_path, monkeypatch):
    with_it = train(tmp_path / "a")
    monkeypatch.setattr(Portrait, "on_step_end", lambda *_: None)
    without = train(tmp_path / "b")
    assert not (tmp_path / "b" / GRAPH).exists()
    assert with_it.keys() == without.keys()  # weights, moments, random numbers, places
    for name in with_it:
        assert np.array_equal(with_it[name], without[name]), name


def test_batch_statistics_are_the_same_bit_for_bit(tmp_path, monkeypatch):
    pytest.importorskip("sklearn")
    cnn = ["train", "--model", "cnn", "--epochs", "1", "--batch-size", "256", "--hidden", "4", "--out"]
    assert main([*cnn, str(tmp_path / "a")]) == 0
    monkeypatch.setattr(Portrait, "on_step_end", lambda *_: None)
    assert main([*cnn, str(tmp_path / "b")]) == 0
    a, b = (dict(np.load(tmp_path / name / "weights.npz")) for name in "ab")
    assert any("mean" in name for name in a)
    assert all(np.array_equal(a[name], b[name]) for name in a)


def test_the_graph_is_of_one_batch_forward_and_backward(tmp_path):
    train(tmp_path / "a")
    graph = Graph.load(tmp_path / "a" / GRAPH)
    assert graph.title == "mlp on moons"
    assert "softmax_cross_entropy" in {op.name for op in graph.ops}
    assert [event.what for event in graph.events].count("visit") > 5
    assert graph.error is None


def test_the_table_counts_for_one_sample(tmp_path):
    train(tmp_path / "a", "--hidden", "8")
    table = json.loads((tmp_path / "a" / MODEL).read_text())
    assert table["parameters"] == 2 * 8 + 8 + 8 * 2 + 2
    assert table["multiply_adds"] == 2 * 8 + 8 * 2
    assert [row["kind"] for row in table["rows"]] == ["MLP", "Linear", "Linear"]


def test_a_run_that_goes_on_keeps_its_graph(tmp_path):
    train(tmp_path / "a")
    before = (tmp_path / "a" / GRAPH).stat().st_mtime_ns
    assert main(["train", "--resume", str(tmp_path / "a"), "--epochs", "3"]) == 0
    assert (tmp_path / "a" / GRAPH).stat().st_mtime_ns == before


def test_a_run_without_one_gets_it_as_it_goes_on_and_ends_the_same(tmp_path, monkeypatch):
    train(tmp_path / "a")
    with monkeypatch.context() as patch:
        patch.setattr(Portrait, "on_step_end", lambda *_: None)
        train(tmp_path / "b")
    for name in "ab":
        assert main(["train", "--resume", str(tmp_path / name), "--epochs", "3"]) == 0
    assert (tmp_path / "b" / GRAPH).exists()
    a, b = (dict(np.load(tmp_path / name / "last.npz")) for name in "ab")
    assert all(np.array_equal(a[name], b[name]) for name in a)


def test_what_goes_wrong_is_told_and_ends_nothing(tmp_path, monkeypatch, capsys):
    def broken(*_):
        raise ValueError("no such luck")

    monkeypatch.setattr(Portrait, "_sit", broken)
    train(tmp_path / "a")
    assert "no picture of the graph: no such luck" in capsys.readouterr().out
    assert not (tmp_path / "a" / GRAPH).exists()


def test_random_numbers_are_given_back_after_an_error(tmp_path):
    class Model(rung.models.MLP):
        def forward(self, x):
            rung.random.generator(lasting=True).random()
            raise ValueError("late")

    rung.seed(0)
    wanted = rung.random.get_state()
    trainer = type("Trainer", (), {"model": Model((2,))})
    Portrait(tmp_path, rung.datasets.Moons(train=False), None).on_step_end(trainer)
    assert rung.random.get_state() == wanted
