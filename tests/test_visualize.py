"""The pictures of a training run: they are whole PNG files, say what they should, and leave matplotlib as it was."""

from __future__ import annotations

import math
import struct
import subprocess
import sys

import numpy as np
import pytest

from rung.errors import DTypeError, MissingExtraError, ShapeError, ValueRangeError
from rung.visualize import training
from rung.visualize.training import (
    draw_confusion,
    draw_curves,
    draw_mistakes,
    draw_points,
    most_confident_mistakes,
)

matplotlib = pytest.importorskip("matplotlib")

AWKWARD_NAMES = ["$", "a_b", "$x_1$", "50 % $\\frac{", "two\nlines", "数字\U0010fffd\x00", "", "x" * 200, "{}", "$$"]


def size_of(path):
    """Width and height of a PNG file, which is checked to be one from its first to its last bytes."""
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert content.endswith(b"IEND\xaeB`\x82")
    return struct.unpack(">II", content[16:24])


def check_size(path, most=2600):
    width, height = size_of(path)
    assert 600 <= width <= most
    assert 150 <= height <= most


def history(epochs, **changes):
    row = {"loss": 0.9, "accuracy": 0.8, "test_loss": 1.0, "test_accuracy": 0.75}
    return [
        {"epoch": i + 1, **{key: value / (i + 1) for key, value in row.items()}, **changes} for i in range(epochs)
    ]


def labels(classes, examples=300, wrong=0.3):
    random = np.random.default_rng(0)
    truth = random.integers(0, classes, examples)
    return truth, np.where(random.random(examples) < wrong, random.integers(0, classes, examples), truth)


def halves(points):
    """Two classes: left and right of zero."""
    right = 0.5 + 0.5 * np.tanh(2.5 * points[:, 0])
    return np.stack([1 - right, right], axis=1)


@pytest.fixture
def written(monkeypatch):
    """All text that is written on sheets, in order."""
    texts = []
    write = training.Sheet.write

    def listen(sheet, x, y, text, *rest, **style):
        texts.append(text)
        write(sheet, x, y, text, *rest, **style)

    monkeypatch.setattr(training.Sheet, "write", listen)
    return texts


class TestCurves:
    @pytest.mark.parametrize("epochs", [1, 2, 20, 21, 500])
    def test_any_number_of_epochs_gives_a_picture_of_one_size(self, tmp_path, epochs):
        draw_curves(history(epochs), tmp_path / "curves.png", "digits")
        assert size_of(tmp_path / "curves.png") == (1590, 660)

    def test_the_final_test_accuracy_and_the_ends_of_the_lines_are_written_out(self, tmp_path, written):
        draw_curves(history(2), tmp_path / "curves.png")
        assert "37.50 %" in written
        assert "test accuracy after epoch 2" in written
        assert {"train 0.45", "test 0.5", "train 40.00 %", "test 37.50 %"} <= set(written)

    def test_an_earlier_and_better_test_accuracy_is_told(self, tmp_path, written):
        draw_curves(history(3), tmp_path / "curves.png")
        assert "3 epochs; best test accuracy 75.00 %, after epoch 1" in written

    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, None])
    def test_a_loss_that_is_not_finite_is_told_with_its_first_epoch(self, tmp_path, written, bad):
        rows = history(3) + [row | {"loss": bad, "test_loss": bad} for row in history(6)[3:]]
        draw_curves(rows, tmp_path / "curves.png")
        assert "not finite from epoch 4 on" in written
        assert "train 0.3" in written

    def test_a_loss_that_is_never_finite_is_told(self, tmp_path, written):
        draw_curves(history(1, loss=math.nan, test_loss=math.nan), tmp_path / "curves.png")
        assert "not finite from epoch 1 on" in written

    def test_gaps_within_a_line_are_no_divergence(self, tmp_path, written):
        rows = history(30)
        rows[3] |= {"loss": math.nan, "test_loss": math.nan, "accuracy": None}
        draw_curves(rows, tmp_path / "curves.png")
        assert not any("not finite" in text for text in written)

    def test_without_a_test_the_training_accuracy_is_called_out(self, tmp_path, written):
        draw_curves([{"epoch": 1, "loss": 0.5, "accuracy": 1.0}], tmp_path / "curves.png")
        assert {"100.00 %", "train accuracy after epoch 1"} <= set(written)
        assert not any("not finite" in text for text in written)

    def test_without_any_accuracy_there_is_one_panel(self, tmp_path, written):
        draw_curves([{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.5}], tmp_path / "curves.png")
        assert size_of(tmp_path / "curves.png") == (840, 660)
        assert "Accuracy, %" not in written

    def test_a_loss_over_decades_gets_a_log_scale_and_a_negative_one_never(self, tmp_path, written):
        draw_curves([{"loss": 1.0}, {"loss": 1e-9}], tmp_path / "curves.png")
        assert "Loss, log scale" in written
        written.clear()
        draw_curves([{"loss": 1.0}, {"loss": -100.0}], tmp_path / "curves.png")
        assert "Loss" in written

    def test_an_empty_history_is_refused(self, tmp_path):
        with pytest.raises(ValueRangeError, match="at least one epoch"):
            draw_curves([], tmp_path / "curves.png")


class TestConfusion:
    @pytest.mark.parametrize("classes", [1, 2, 3, 10, 26, 100, 150])
    def test_any_number_of_classes_gives_a_picture_of_sensible_size(self, tmp_path, classes):
        draw_confusion(*labels(classes), range(classes), tmp_path / "confusion.png", "digits")
        check_size(tmp_path / "confusion.png")

    def test_counts_recalls_accuracy_and_the_worst_confusion_are_written(self, tmp_path, written):
        truth, predicted = [0] * 8 + [1] * 5, [0] * 6 + [1] * 6 + [0]
        draw_confusion(truth, predicted, ["cat", "dog"], tmp_path / "confusion.png", "pets")
        assert written[:2] == [
            "pets — 76.9 % right",
            "10 of 13 right; most often cat read as dog (2×), dog read as cat (1×)",
        ]
        assert written[2:6] == ["6", "2", "1", "4"]
        assert [text for text in written if text.endswith(".0 %")] == ["75.0 %", "80.0 %"]

    def test_numbers_are_dropped_where_cells_are_too_small_but_names_stay(self, tmp_path, written):
        draw_confusion(np.zeros(777, int), np.zeros(777, int), [f"c{i}" for i in range(100)], tmp_path / "c.png")
        assert "777" not in written
        assert {"c0", "c99"} <= set(written)

    def test_only_errors_are_coloured_and_the_more_the_darker(self):
        colors = training.error_colors(np.array([0.0, 0.001, 0.03, 0.3, 1.0]))
        assert (colors[0] == 1).all()
        assert (np.diff(colors.sum(1)) < 0).all()

    def test_a_class_without_examples_has_no_recall(self, tmp_path, written):
        draw_confusion([0], [0], ["a", "b"], tmp_path / "confusion.png")
        assert {"100.0 %", "–"} <= set(written)

    def test_no_examples_at_all_are_told(self, tmp_path, written):
        draw_confusion([], [], ["a", "b"], tmp_path / "confusion.png")
        assert written[0] == "no examples"

    @pytest.mark.parametrize(
        ("truth", "predicted", "classes", "error"),
        [
            ([0, 1], [0], "ab", ShapeError),
            ([[0]], [[0]], "ab", ShapeError),
            ([2], [0], "ab", ValueRangeError),
            ([0], [-1], "ab", ValueRangeError),
            ([0.5], [0], "ab", DTypeError),
            ([], [], "", ValueRangeError),
        ],
    )
    def test_labels_that_do_not_fit_are_refused(self, tmp_path, truth, predicted, classes, error):
        with pytest.raises(error, match="draw_confusion"):
            draw_confusion(truth, predicted, list(classes), tmp_path / "confusion.png")


class TestMistakes:
    def draw(self, path, mistakes, shape=(8, 8), classes=range(10), most=40, right=3):
        truth = np.zeros(mistakes + right, int)
        predicted = np.r_[np.arange(mistakes) % 9 + 1, np.zeros(right, int)]
        confidence = np.linspace(0.2, 0.9, len(truth))
        images = np.random.default_rng(0).random((len(truth), *shape))
        draw_mistakes(images, truth, predicted, confidence, classes, path, "digits", most)

    @pytest.mark.parametrize("mistakes", [0, 1, 2, 7, 40, 55])
    def test_any_number_of_mistakes_gives_a_picture_of_sensible_size(self, tmp_path, mistakes):
        self.draw(tmp_path / "mistakes.png", mistakes)
        check_size(tmp_path / "mistakes.png")

    @pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (5, 200), (1, 300, 224), (1, 1)])
    def test_any_kind_of_image_is_drawn(self, tmp_path, shape):
        self.draw(tmp_path / "mistakes.png", 3, shape)
        check_size(tmp_path / "mistakes.png")

    def test_the_most_confident_mistake_comes_first(self):
        truth, predicted = [0, 1, 2, 3, 4, 5], [1, 1, 0, 0, 0, 0]
        order = most_confident_mistakes(truth, predicted, [0.5, 0.99, math.nan, 0.9, 0.5, 0.7])
        assert order.tolist() == [3, 5, 0, 4, 2]

    def test_captions_say_what_was_read_how_surely_and_what_it_is(self, tmp_path, written):
        images = np.zeros((3, 8, 8))
        draw_mistakes(images, [1, 2, 3], [7, 2, 5], [0.93, 1.0, 0.999], range(10), tmp_path / "mistakes.png")
        assert written[2:] == ["read as 5 (99 %)", "is 3", "read as 7 (93 %)", "is 1"]

    def test_images_stand_beside_their_own_captions(self, tmp_path, monkeypatch):
        drawn = []
        monkeypatch.setattr(training, "_draw_picture", lambda sheet, picture, *place: drawn.append(picture[0, 0, 0]))
        images = np.array([0.1, 0.2, 0.3]).reshape(3, 1, 1, 1)
        draw_mistakes(images, [1, 2, 3], [7, 2, 5], [0.8, 1.0, 0.9], range(10), tmp_path / "mistakes.png")
        assert drawn == pytest.approx([0.3, 0.1])

    def test_at_most_so_many_are_shown(self, tmp_path, written):
        self.draw(tmp_path / "mistakes.png", 5, most=2)
        assert written[1] == "5 of 8 read wrong; these are the 2 it was most sure of, the surest first"
        assert sum(text.startswith("read as") for text in written) == 2

    def test_no_mistakes_are_told(self, tmp_path, written):
        self.draw(tmp_path / "mistakes.png", 0)
        assert written == ["digits — no mistakes", "all 3 were read right"]

    def test_values_outside_the_range_are_clipped(self, tmp_path):
        images = np.array([[[math.nan, math.inf], [-7.0, 255.0]]])
        assert training._pictures(images, 1, np.array([0]))[0, ..., 1].tolist() == [[0, 1], [0, 1]]
        draw_mistakes(images, [0], [1], [math.nan], "ab", tmp_path / "mistakes.png")
        check_size(tmp_path / "mistakes.png")

    @pytest.mark.parametrize("shape", [(2, 8, 8), (1, 2, 8, 8), (1, 64)])
    def test_images_that_do_not_fit_are_refused(self, tmp_path, shape):
        with pytest.raises(ShapeError, match="images must be of shape"):
            draw_mistakes(np.zeros(shape), [0], [1], [0.9], "ab", tmp_path / "mistakes.png")

    def test_a_confidence_that_does_not_fit_is_refused(self, tmp_path):
        with pytest.raises(ShapeError, match="confidence"):
            draw_mistakes(np.zeros((1, 8, 8)), [0], [1], [[0.1, 0.9]], "ab", tmp_path / "mistakes.png")


class TestPoints:
    def test_right_and_wrong_points_are_counted(self, tmp_path, written):
        x = np.array([[-1, 0], [1, 0], [2, 1], [-2, 1]], np.float32)
        draw_points(x, [0, 1, 1, 1], halves, ["left", "right"], tmp_path / "points.png", "halves")
        assert written[:2] == ["halves — 75.0 % right", "3 of 4 right; the wrong ones have a black rim"]
        assert {"left", "right"} <= set(written)
        check_size(tmp_path / "points.png")

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_the_model_gets_points_of_the_datas_dtype(self, tmp_path, dtype):
        seen = set()
        draw_points(
            np.eye(2, dtype=dtype), [0, 1], lambda x: seen.add(x.dtype) or halves(x), "ab", tmp_path / "points.png"
        )
        assert seen == {np.dtype(dtype)}

    def test_regions_lie_where_the_model_sees_them_and_pale_where_it_is_unsure(self):
        image = training._regions(halves, (-1.0, 1.0, -5.0, 5.0), np.float64, 2)
        left, middle, right = image[150, [0, 150, -1]]
        assert left == pytest.approx(1 - 0.417 * (1 - np.array(training.class_color(0))), abs=0.01)
        assert right == pytest.approx(1 - 0.417 * (1 - np.array(training.class_color(1))), abs=0.01)
        assert middle.min() > 0.9

    @pytest.mark.parametrize("x", [np.zeros((0, 2)), np.zeros((1, 2)), np.ones((3, 2)), [[0, 1], [10_000, 2]]])
    def test_few_equal_or_far_points_are_drawn(self, tmp_path, x):
        draw_points(x, np.zeros(len(x), int), halves, "ab", tmp_path / "points.png")
        check_size(tmp_path / "points.png")

    @pytest.mark.parametrize("classes", [1, 12, 100])
    def test_any_number_of_classes_is_drawn(self, tmp_path, written, classes):
        x = np.random.default_rng(0).normal(size=(200, 2))
        truth = np.arange(200) % classes
        draw_points(x, truth, lambda x: np.full((len(x), classes), 1 / classes), range(classes), tmp_path / "p.png")
        check_size(tmp_path / "p.png")
        assert "0" in written
        assert ("and 78 more" in written) == (classes == 100)

    def test_colours_of_the_first_24_classes_differ(self):
        assert len({training.class_color(i) for i in range(24)}) == 24

    def test_what_does_not_fit_is_refused(self, tmp_path):
        with pytest.raises(ShapeError, match="x must be of shape"):
            draw_points(np.zeros((2, 3)), [0, 1], halves, "ab", tmp_path / "points.png")
        with pytest.raises(ShapeError, match="predict must give probabilities of shape"):
            draw_points(np.zeros((2, 2)), [0, 1], halves, "abc", tmp_path / "points.png")
        with pytest.raises(ValueRangeError, match="finite"):
            draw_points(np.array([[0, math.nan]]), [0], halves, "ab", tmp_path / "points.png")


class TestText:
    @pytest.mark.parametrize("usetex", [False, True])
    def test_awkward_names_are_drawn_in_every_picture(self, tmp_path, usetex):
        truth = np.arange(10)
        with matplotlib.rc_context({"text.usetex": usetex}):
            draw_curves(history(2), tmp_path / "picture.png", "$\\frac{")
            draw_confusion(truth, truth[::-1], AWKWARD_NAMES, tmp_path / "picture.png", "$\\frac{")
            images = np.zeros((10, 8, 8))
            draw_mistakes(
                images, truth, truth[::-1], np.ones(10), AWKWARD_NAMES, tmp_path / "picture.png", "$\\frac{"
            )
            x = np.random.default_rng(0).normal(size=(10, 2))
            draw_points(
                x, truth, lambda x: np.ones((len(x), 10)), AWKWARD_NAMES, tmp_path / "picture.png", "$\\frac{"
            )

    def test_dollar_and_underscore_are_drawn_as_signs(self):
        sheet = training.Sheet(4, 1)
        for text in ("x1", "x_1", "$x_1$", "$$"):
            sheet.write(1, 0.5, text, 20)
        plain, scored, mathy, signs = (text.get_window_extent().width for text in sheet.figure.texts)
        assert scored > plain + 10
        assert mathy == pytest.approx(scored + signs, abs=4)

    def test_what_no_font_holds_becomes_a_box_and_a_name_stays_on_one_line(self):
        assert training.drawable("a\n b\U0010fffdc") == "a b□c"

    @pytest.mark.parametrize("text", ["short", "a rather long name of a class", "M" * 300])
    def test_cut_text_fits_and_keeps_both_ends(self, text):
        shorter = training.cut(text, 0.8, 9)
        assert training.text_width(shorter, 9) <= 0.8
        assert (shorter[0], shorter[-1]) == (text[0], text[-1])

    def test_a_hundred_percent_is_all(self):
        assert training.percent(0.9999999, 2) == "99.99 %"
        assert training.percent(1.0, 2) == "100.00 %"


class TestMatplotlibStaysAsItWas:
    def draw_all(self, folder):
        draw_curves(history(30), folder / "curves.png")
        draw_confusion(*labels(4), "abcd", folder / "confusion.png")
        draw_mistakes(np.eye(8)[None], [0], [1], [0.9], "ab", folder / "mistakes.png")
        draw_points(np.eye(2), [0, 1], halves, "ab", folder / "points.png")
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    def test_settings_are_untouched(self, tmp_path):
        before = matplotlib.rcParams.copy()
        self.draw_all(tmp_path)
        assert dict.items(matplotlib.rcParams) == dict.items(before)

    def test_settings_of_the_user_do_not_show(self, tmp_path):
        usual = self.draw_all(tmp_path)
        assert len(usual) == 4
        loud = {
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
        with matplotlib.rc_context(loud):
            assert {name for name, content in self.draw_all(tmp_path).items() if content != usual[name]} == set()

    def test_no_pyplot_and_no_import_before_the_first_picture(self, tmp_path):
        code = f"""
import sys
from rung.visualize.training import draw_curves
assert "matplotlib" not in sys.modules
draw_curves([{{"epoch": 1, "loss": 0.5, "accuracy": 0.5}}], {str(tmp_path / "curves.png")!r})
assert "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules
"""
        subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)

    def test_without_matplotlib_the_cure_is_told(self, tmp_path, monkeypatch):
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        for draw in (training._families.__wrapped__, lambda: training.Sheet(1, 1)):
            with pytest.raises(MissingExtraError, match=r'drawing pictures needs matplotlib.*"rung\[plot\]"'):
                draw()


class TestFiles:
    def test_a_picture_replaces_an_older_file_and_leaves_nothing_beside_it(self, tmp_path):
        (tmp_path / "curves.png").write_text("old")
        draw_curves(history(2), str(tmp_path / "curves.png"))
        size_of(tmp_path / "curves.png")
        assert [path.name for path in tmp_path.iterdir()] == ["curves.png"]

    def test_a_failed_drawing_leaves_the_older_file(self, tmp_path, monkeypatch):
        (tmp_path / "curves.png").write_text("old")
        monkeypatch.setattr(training.Sheet, "panel", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            draw_curves(history(2), tmp_path / "curves.png")
        assert (tmp_path / "curves.png").read_text() == "old"
