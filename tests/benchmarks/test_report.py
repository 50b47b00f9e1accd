"""The tables and the picture, from figures that nobody measured."""

import numpy as np
from PIL import Image

from benchmarks import report
from benchmarks.__main__ import is_meant
from benchmarks.chart import COLORS, draw
from benchmarks.peers import PEERS, Peer
from benchmarks.rounds import present


def figure(step, added=10.0):
    return {"step": step, "steps": 50, "first": 0.5, "imported": 30.0, "added": added, "losses": [1.0]}


RESULT = {
    "machine": {"when": "2026-12-01 12:00", "cpu": "A CPU", "cores": "2", "load": "0.10", "rung": "0.1.0"},
    "suite": "training",
    "plan": {"seconds": 1.0, "rounds": 5, "threads": 2, "clock": "wall"},
    "left_out": {"rung-compiled": "rung.compile is not there yet"},
    "rows": {"tiny": "small", "gpt": "large"},
    "imports": {"numpy": 0.11, "rung": 0.03, "torch": 1.2},
    "figures": {
        "tiny": {"rung": figure(0.0001), "torch": figure(0.0002, 40.0), "jax": figure(0.000025)},
        "gpt": {"rung": figure(0.160), "torch": figure(0.080), "jax": {"error": "ValueError: no"}},
    },
}


def cells(text, name):
    return next(line.split() for line in text.splitlines() if line.startswith(name))[1:]


def test_the_table_of_times():
    text = report.times(RESULT)
    assert cells(text, "tiny") == ["0.100", "0.200", "0.025", "0.50", "4.00", "4.00"]
    assert cells(text, "gpt") == ["160", "80.0", "failed", "2.00", "–", "2.00"]
    assert cells(text, "(geometric") == ["mean)", "1.00", "4.00", "2.83"]


def test_what_is_compiled_is_compared_with_the_fastest_of_the_others():
    rows = {name: {"rung-compiled": figure(0.00005), **figures} for name, figures in RESULT["figures"].items()}
    text = report.times(RESULT | {"figures": rows})
    assert text.splitlines()[0].endswith("/ fastest  compiled / fastest")
    assert cells(text, "tiny")[-2:] == ["4.00", "2.00"]


def test_the_table_of_memory():
    text = report.memory(RESULT)
    assert cells(text, "tiny") == ["10", "40", "10", "0.25"]
    assert cells(text, "(after") == ["the", "import)", "30", "30", "30"]
    assert "Numba" not in text
    assert "Numba's import is 66 of Rung's" in report.memory(RESULT | {"numba": 65.7})


def test_who_was_left_out_and_what_failed_is_said():
    text = report.report(RESULT)
    assert "without Rung compiled: rung.compile is not there yet" in text
    assert "gpt, JAX jit: ValueError: no" in text
    assert "numpy 0.110; beyond it rung +0.030, torch +1.200" in text
    assert "load 0.10" in text
    assert "2 threads, time, 5 rounds of 1 s" in text


def test_what_has_changed():
    old = RESULT | {"figures": {"tiny": {"rung": figure(0.0003)}}}
    assert cells(report.changes(old, RESULT), "tiny,") == ["Rung", "0.300", "0.100", "3.00"]


def test_the_picture_has_a_dot_for_every_figure(tmp_path):
    def count(result, key):  # of pixels in the colour of a peer
        draw(result, tmp_path / "steps.png")
        color = tuple(int(COLORS[key][i : i + 2], 16) for i in (1, 3, 5))
        return (np.asarray(Image.open(tmp_path / "steps.png").convert("RGB")) == color).all(-1).sum()

    fewer = RESULT | {
        "figures": {name: figures | {"jax": {"error": ""}} for name, figures in RESULT["figures"].items()}
    }
    assert count(RESULT, "jax") > 2 * count(fewer, "jax") > 0  # which has the mark in the legend alone


def test_a_name_means_one_row_and_a_word_all_that_have_it():
    rows = ["mlp", "mlp3", "cnn"]
    assert [row for row in rows if is_meant(row, "mlp", rows)] == ["mlp"]
    assert [row for row in rows if is_meant(row, "ml", rows)] == ["mlp", "mlp3"]
    assert [row for row in rows if is_meant(row, "", rows)] == rows


def test_a_framework_that_is_not_installed_is_left_out(monkeypatch):
    monkeypatch.setitem(PEERS, "none", Peer("none", "None", "no_such_framework"))
    peers, left_out = present(["rung", "none"])
    assert [peer.key for peer in peers] == ["rung"]
    assert left_out == {"none": "no_such_framework is not installed"}
