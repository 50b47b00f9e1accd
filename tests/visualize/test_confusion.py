"""A confusion counts right, colours errors only, and stays readable with many classes."""

import numpy as np
import pytest
from visualize.samples import check_size, labels

from rung.errors import DTypeError, ShapeError, ValueRangeError
from rung.visualize import draw_confusion
from rung.visualize.confusion import error_colors


@pytest.mark.parametrize("classes", [1, 2, 3, 10, 26, 100, 150])
def test_any_number_of_classes_gives_a_picture_of_sensible_size(path, classes):
    draw_confusion(*labels(classes), range(classes), path, "digits")
    check_size(path)


def test_counts_recalls_accuracy_and_the_worst_confusion_are_written(path, written):
    truth, predicted = [0] * 8 + [1] * 5, [0] * 6 + [1] * 6 + [0]
    draw_confusion(truth, predicted, ["cat", "dog"], path, "pets")
    assert written[:2] == [
        "pets — 76.9 % right",
        "10 of 13 right; most often cat read as dog (2×), dog read as cat (1×)",
    ]
    assert written[2:6] == ["6", "2", "1", "4"]
    assert [text for text in written if text.endswith(".0 %")] == ["75.0 %", "80.0 %"]


def test_numbers_are_dropped_where_cells_are_too_small_but_names_stay(path, written):
    draw_confusion(np.zeros(777, int), np.zeros(777, int), [f"c{i}" for i in range(100)], path)
    assert "777" not in written
    assert {"c0", "c99"} <= set(written)


def test_only_errors_are_coloured_and_the_more_the_darker():
    colors = error_colors(np.array([0.0, 0.001, 0.03, 0.3, 1.0]))
    assert (colors[0] == 1).all()
    assert (np.diff(colors.sum(1)) < 0).all()


def test_a_class_without_examples_has_no_recall(path, written):
    draw_confusion([0], [0], ["a", "b"], path)
    assert {"100.0 %", "–"} <= set(written)


def test_no_examples_at_all_are_told(path, written):
    draw_confusion([], [], ["a", "b"], path)
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
def test_labels_that_do_not_fit_are_refused(path, truth, predicted, classes, error):
    with pytest.raises(error, match="draw_confusion"):
        draw_confusion(truth, predicted, list(classes), path)
