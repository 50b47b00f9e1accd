"""The sheet of schedules, and the page about them."""

import re
from pathlib import Path

import numpy as np
import pytest
from visualize.samples import check_size, size_of

from rung import schedules
from rung.errors import DTypeError, ValueRangeError
from rung.schedules import constant, cosine, linear
from rung.visualize.schedules import draw_schedules

DOCS = Path(__file__).parent.parent.parent / "docs"


@pytest.mark.parametrize("count", [1, 2, 4, 5, 13])
@pytest.mark.parametrize("steps", [1, 3, 100_000])
def test_any_number_of_schedules_and_updates_gives_a_picture(path, written, count, steps):
    draw_schedules({f"schedule {i}": linear(0.1, steps=50 + i) for i in range(count)}, steps, path)
    check_size(path)
    assert [f"schedule {i}" for i in range(count)] == [text for text in written if text.startswith("schedule")]


def test_the_lines_are_what_the_schedules_give(path, monkeypatch):
    from matplotlib.axes import Axes

    drawn, plot = [], Axes.plot

    def listen(axes, x, y, *rest, **style):
        drawn.append((np.array(x), np.array(y)))
        return plot(axes, x, y, *rest, **style)

    monkeypatch.setattr(Axes, "plot", listen)
    draw_schedules({"up": lambda t: t, "wave": cosine(1.0, steps=8)}, 8, path)
    for (x, y), schedule in zip(drawn, (float, cosine(1.0, steps=8)), strict=True):
        np.testing.assert_array_equal(x, np.arange(9))
        np.testing.assert_array_equal(y, [schedule(t) for t in range(9)])


def test_awkward_names_and_rates_are_drawn(path):
    awkward = {"$\\frac{": constant(0.0), "two\nlines": constant(1e-30), "x" * 200: lambda t: -1.0 * t, "": float}
    draw_schedules(awkward, 5, path, "$x_1$", "50 % $")
    check_size(path)


def test_what_cannot_be_drawn_is_refused(path):
    with pytest.raises(ValueRangeError, match="expected at least one schedule and one update"):
        draw_schedules({}, 10, path)
    with pytest.raises(ValueRangeError, match="expected at least one schedule and one update"):
        draw_schedules({"a": constant(0.1)}, 0, path)
    with pytest.raises(DTypeError, match=r"draw_schedules: a must be a function of the update, but got float 0.1"):
        draw_schedules({"a": 0.1}, 10, path)
    with pytest.raises(ValueRangeError, match="a must give finite numbers, but does not at update 3"):
        draw_schedules({"a": lambda t: [0.1, np.nan][t > 2]}, 10, path)
    assert not path.exists()


def test_the_page_draws_its_picture_and_tells_of_every_schedule(tmp_path, monkeypatch, written):
    page = (DOCS / "schedules.md").read_text(encoding="utf-8")
    first, told, picture = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(picture, {})
    assert size_of(tmp_path / "schedules.png") == size_of(DOCS / "images" / "schedules.png")
    names = set(schedules.__all__) - {"Schedule"}
    assert names <= set(written)
    assert set(re.findall(r"^\*\*(\w+)\*\*", page, flags=re.MULTILINE)) == names
    scope = {"Plateau": schedules.Plateau, "test_loss": 1.0}
    exec(first + told, scope)
    assert scope["optimizer"].lr == 0.1
