"""Contact sheets: what is drawn for each kind of dataset, and of which samples."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from rung.datasets import ArrayDataset, Dataset, Moons, SinCurve, Spiral, Subset, TinyShakespeare
from rung.datasets import shakespeare as shakespeare_module
from rung.errors import DTypeError, ShapeError, ValueRangeError
from rung.visualize.contact import draw_contact
from rung.visualize.sheet import Sheet


class Pictures(Dataset):
    """Pictures of ten classes, the first of which fill the first half."""

    classes = [f"class {i}" for i in range(10)]

    def prepare(self):
        generator = np.random.default_rng(0)
        self.data = generator.random((100, 3, 8, 8), np.float32)
        self.label = np.concatenate([np.zeros(50, int), np.arange(50) % 10])


@pytest.fixture
def panels(monkeypatch):
    """What was drawn: the axes of every sheet."""
    made = []
    real = Sheet.panel
    monkeypatch.setattr(Sheet, "panel", lambda *args: made.append(real(*args)) or made[-1])
    return made


def is_png(path):
    return path.read_bytes().startswith(b"\x89PNG")


def test_images_are_tiles_with_their_class_below_and_a_class_to_a_column(path, written, panels):
    draw_contact(Pictures(), path, 30)
    assert is_png(path)
    assert written[:2] == ["Pictures, training set — 100 images", "10 classes, 8 × 8 pixels, colour; 30 of them here"]
    assert written[2:] == [f"class {i}" for i in range(10)] * 3
    assert len(panels) == 30
    ds = Pictures()
    for axes, label in zip(panels, list(range(10)) * 3, strict=True):
        drawn = axes.images[0].get_array().transpose(2, 0, 1)
        assert any(np.allclose(drawn, x) for x, t in ds if t == label)


def test_no_sample_is_drawn_twice(path, panels):
    draw_contact(Pictures(), path, 1000)
    drawn = {axes.images[0].get_array().tobytes() for axes in panels}
    assert len(drawn) == len(panels) == 100


def test_grey_images_without_classes(path, written, panels):
    draw_contact(ArrayDataset(np.full((3, 4, 5), 2.0)), path)  # out of range
    assert is_png(path)
    assert written[1] == "4 × 5 pixels, grey; 3 of them here"
    assert panels[0].images[0].get_array().max() == 1


def test_images_of_several_sizes(path, written):
    draw_contact([(np.zeros((3, 4, 4)), 0), (np.zeros((3, 8, 2)), 1)], path)
    assert written[:2] == ["list — 2 images", "of several sizes; 2 of them here"]


@pytest.mark.parametrize("make", [Spiral, Moons])
def test_points_have_the_colour_of_their_class(make, path, written, panels):
    ds = make(train=False)
    draw_contact(ds, path)
    assert is_png(path)
    assert written[:2] == [f"{make.__name__}, test set — 300 points", f"{len(ds.classes)} classes"]
    assert set(ds.classes) <= set(written)
    groups = panels[0].collections
    assert len(groups) == len(ds.classes)
    assert np.allclose(
        np.concatenate([group.get_offsets() for group in groups]), ds.data[np.argsort(ds.label, kind="stable")]
    )


def test_points_without_labels(path, written):
    draw_contact(ArrayDataset(np.random.default_rng(0).random((5, 2))), path)
    assert written[:2] == ["ArrayDataset, training set — 5 points", ""]


def test_a_curve_is_drawn_whole(path, written, panels):
    draw_contact(SinCurve(), path)
    assert written[0] == "SinCurve, training set — 999 steps"
    assert np.allclose(panels[0].lines[0].get_ydata(), SinCurve().data[:, 0])


def test_text_is_written_in_lines(path, written, tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_DATA", str(tmp_path))
    (tmp_path / "tinyshakespeare").mkdir()
    (tmp_path / shakespeare_module.NAME).write_text("To be,\nor not to be: $x$ & so on.\n" * 100)
    TinyShakespeare(length=40).show(path, n=5)
    assert is_png(path)
    assert "; ¶ ends a line" in written[1]
    lines = [text.replace("\u00a0", " ") for text in written[2:] if not text.replace(",", "").isdigit()]
    assert len(lines) == 5
    assert lines[0].startswith("To be,¶or not to be: $x$ & so on.¶To be")


def test_show_goes_through_the_dataset_and_gives_the_path(path, tmp_path, monkeypatch):
    assert Pictures().show(path) == path
    assert Subset(Pictures(), range(20)).show(path, n=3) == path
    monkeypatch.chdir(tmp_path)
    assert str(Moons().show()) == "moons.png"
    assert is_png(tmp_path / "moons.png")


def test_what_cannot_be_drawn_is_refused(path):
    with pytest.raises(ShapeError, match=r"but got float64 \(7,\)"):
        draw_contact(ArrayDataset(np.zeros((2, 7))), path)
    with pytest.raises(ValueRangeError, match="expected samples to draw, but got 0"):
        draw_contact([], path)
    with pytest.raises(ValueRangeError, match="n = 0"):
        draw_contact(Moons(), path, 0)
    assert not path.exists()


@pytest.mark.parametrize("x", [np.array([[0.0, 1.0], [2.0, np.nan]]), np.array([0.0, np.inf])])
def test_points_and_curves_that_are_not_finite_are_refused(x, path):
    with pytest.raises(ValueRangeError, match="expected finite numbers, but sample 1 is .*(nan|inf)"):
        ArrayDataset(x).show(path)


def test_samples_of_text_are_refused(path):
    with pytest.raises(DTypeError, match="expected samples of numbers, but got <U3"):
        ArrayDataset(np.array(["abc", "def"])).show(path)
