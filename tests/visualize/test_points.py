"""Points lie on the regions that the model sees, and the wrong ones are counted."""

import math

import numpy as np
import pytest
from visualize.samples import check_size, halves

from rung.errors import ShapeError, ValueRangeError
from rung.visualize import draw_points, points


def test_right_and_wrong_points_are_counted(path, written):
    x = np.array([[-1, 0], [1, 0], [2, 1], [-2, 1]], np.float32)
    draw_points(x, [0, 1, 1, 1], halves, ["left", "right"], path, "halves")
    assert written[:2] == ["halves — 75.0 % right", "3 of 4 right; the wrong ones have a black rim"]
    assert {"left", "right"} <= set(written)
    check_size(path)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_model_gets_points_of_the_datas_dtype(path, dtype):
    seen = set()
    draw_points(np.eye(2, dtype=dtype), [0, 1], lambda x: seen.add(x.dtype) or halves(x), "ab", path)
    assert seen == {np.dtype(dtype)}


def test_regions_lie_where_the_model_sees_them_and_pale_where_it_is_unsure():
    image = points._decisions(halves, (-1.0, 1.0, -5.0, 5.0), np.float64, 2)
    left, middle, right = image[150, [0, 150, -1]]
    assert left == pytest.approx(1 - 0.417 * (1 - np.array(points.class_color(0))), abs=0.01)
    assert right == pytest.approx(1 - 0.417 * (1 - np.array(points.class_color(1))), abs=0.01)
    assert middle.min() > 0.9


@pytest.mark.parametrize("x", [np.zeros((0, 2)), np.zeros((1, 2)), np.ones((3, 2)), [[0, 1], [10_000, 2]]])
def test_few_equal_or_far_points_are_drawn(path, x):
    draw_points(x, np.zeros(len(x), int), halves, "ab", path)
    check_size(path)


@pytest.mark.parametrize("classes", [1, 12, 100])
def test_any_number_of_classes_is_drawn(path, written, classes):
    x = np.random.default_rng(0).normal(size=(200, 2))
    truth = np.arange(200) % classes
    draw_points(x, truth, lambda x: np.full((len(x), classes), 1 / classes), range(classes), path)
    check_size(path)
    assert "0" in written
    assert ("and 78 more" in written) == (classes == 100)


def test_colours_of_the_first_24_classes_differ():
    assert len({points.class_color(i) for i in range(24)}) == 24


def test_what_does_not_fit_is_refused(path):
    with pytest.raises(ShapeError, match="x must be of shape"):
        draw_points(np.zeros((2, 3)), [0, 1], halves, "ab", path)
    with pytest.raises(ShapeError, match="predict must give probabilities of shape"):
        draw_points(np.zeros((2, 2)), [0, 1], halves, "abc", path)
    with pytest.raises(ValueRangeError, match="finite"):
        draw_points(np.array([[0, math.nan]]), [0], halves, "ab", path)
