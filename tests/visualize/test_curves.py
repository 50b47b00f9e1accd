"""Curves tell how a run ended, whatever is missing from its history."""

import math

import pytest
from visualize.samples import history, size_of

from rung.errors import ValueRangeError
from rung.visualize import draw_curves


@pytest.mark.parametrize("epochs", [1, 2, 20, 21, 500])
def test_any_number_of_epochs_gives_a_picture_of_one_size(path, epochs):
    draw_curves(history(epochs), path, "digits")
    assert size_of(path) == (1590, 660)


def test_the_final_test_accuracy_and_the_ends_of_the_lines_are_written_out(path, written):
    draw_curves(history(2), path)
    assert "37.50 %" in written
    assert "test accuracy after epoch 2" in written
    assert {"train 0.45", "test 0.5", "train 40.00 %", "test 37.50 %"} <= set(written)


def test_an_earlier_and_better_test_accuracy_is_told(path, written):
    draw_curves(history(3), path)
    assert "3 epochs; best test accuracy 75.00 %, after epoch 1" in written


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, None])
def test_a_loss_that_is_not_finite_is_told_with_its_first_epoch(path, written, bad):
    rows = history(3) + [row | {"loss": bad, "test_loss": bad} for row in history(6)[3:]]
    draw_curves(rows, path)
    assert "not finite from epoch 4 on" in written
    assert "train 0.3" in written


def test_a_loss_that_is_never_finite_is_told(path, written):
    draw_curves(history(1, loss=math.nan, test_loss=math.nan), path)
    assert "not finite from epoch 1 on" in written


def test_gaps_within_a_line_are_no_divergence(path, written):
    rows = history(30)
    rows[3] |= {"loss": math.nan, "test_loss": math.nan, "accuracy": None}
    draw_curves(rows, path)
    assert not any("not finite" in text for text in written)


def test_without_a_test_the_training_accuracy_is_called_out(path, written):
    draw_curves([{"epoch": 1, "loss": 0.5, "accuracy": 1.0}], path)
    assert {"100.00 %", "train accuracy after epoch 1"} <= set(written)
    assert not any("not finite" in text for text in written)


def test_without_any_accuracy_there_is_one_panel(path, written):
    draw_curves([{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.5}], path)
    assert size_of(path) == (840, 660)
    assert "Accuracy, %" not in written


def test_a_loss_over_decades_gets_a_log_scale_and_a_negative_one_never(path, written):
    draw_curves([{"loss": 1.0}, {"loss": 1e-9}], path)
    assert "Loss, log scale" in written
    written.clear()
    draw_curves([{"loss": 1.0}, {"loss": -100.0}], path)
    assert "Loss" in written


def test_an_empty_history_is_refused(path):
    with pytest.raises(ValueRangeError, match="at least one epoch"):
        draw_curves([], path)
