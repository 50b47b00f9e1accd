"""What holds for all pictures: any name is drawn, matplotlib stays as it was, and a failure leaves older files."""

import subprocess
import sys

import numpy as np
import pytest
from visualize.samples import halves, history, labels

from rung.visualize import draw_confusion, draw_curves, draw_mistakes, draw_points
from rung.visualize.sheet import Sheet

matplotlib = pytest.importorskip("matplotlib")

AWKWARD_NAMES = ["$", "a_b", "$x_1$", "50 % $\\frac{", "two\nlines", "数字\U0010fffd\x00", "", "x" * 200, "{}", "$$"]

LOUD = {
    "figure.facecolor": "black",
    "axes.facecolor": "red",
    "text.color": "white",
    "axes.grid": True,
    "grid.color": "red",
    "font.family": "monospace",
    "font.size": 30,
    "figure.dpi": 40,
    "figure.constrained_layout.use": True,
    "savefig.bbox": "tight",
    "lines.linestyle": ":",
    "scatter.edgecolors": "red",
    "image.origin": "lower",
    "patch.force_edgecolor": True,
    "font.weight": "bold",
    "axes.prop_cycle": matplotlib.cycler(color=["red"]),
    "lines.markerfacecolor": "red",
    "axes.axisbelow": False,
}


def draw_all(folder):
    draw_curves(history(30), folder / "curves.png")
    draw_confusion(*labels(4), "abcd", folder / "confusion.png")
    draw_mistakes(np.eye(8)[None], [0], [1], [0.9], "ab", folder / "mistakes.png")
    draw_points(np.eye(2), [0, 1], halves, "ab", folder / "points.png")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("usetex", [False, True])
def test_awkward_names_are_drawn_in_every_picture(path, usetex):
    truth, read = np.arange(10), np.arange(10)[::-1]
    images, x = np.zeros((10, 8, 8)), np.random.default_rng(0).normal(size=(10, 2))
    with matplotlib.rc_context({"text.usetex": usetex}):
        draw_curves(history(2), path, "$\\frac{")
        draw_confusion(truth, read, AWKWARD_NAMES, path, "$\\frac{")
        draw_mistakes(images, truth, read, np.ones(10), AWKWARD_NAMES, path, "$\\frac{")
        draw_points(x, truth, lambda x: np.ones((len(x), 10)), AWKWARD_NAMES, path, "$\\frac{")


def test_settings_are_untouched(tmp_path):
    before = matplotlib.rcParams.copy()
    draw_all(tmp_path)
    assert dict.items(matplotlib.rcParams) == dict.items(before)


def test_settings_of_the_user_do_not_show(tmp_path):
    usual = draw_all(tmp_path)
    assert len(usual) == 4
    with matplotlib.rc_context(LOUD):
        assert {name for name, content in draw_all(tmp_path).items() if content != usual[name]} == set()


def test_no_pyplot_and_no_import_before_the_first_picture(path):
    code = f"""
import sys
from rung import visualize
assert "matplotlib" not in sys.modules
visualize.draw_curves([{{"epoch": 1, "loss": 0.5, "accuracy": 0.5}}], {str(path)!r})
assert "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_a_failed_drawing_leaves_the_older_file(path, monkeypatch):
    path.write_text("old")
    monkeypatch.setattr(Sheet, "panel", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        draw_curves(history(2), path)
    assert path.read_text() == "old"
