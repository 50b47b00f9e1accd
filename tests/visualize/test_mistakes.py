"""Mistakes come in order, each image with its own caption."""

import math

import numpy as np
import pytest
from visualize.samples import check_size

from rung.errors import ShapeError
from rung.visualize import draw_mistakes, mistakes


def draw(path, mistakes, shape=(8, 8), classes=range(10), most=40, right=3):
    truth = np.zeros(mistakes + right, int)
    predicted = np.r_[np.arange(mistakes) % 9 + 1, np.zeros(right, int)]
    confidence = np.linspace(0.2, 0.9, len(truth))
    images = np.random.default_rng(0).random((len(truth), *shape))
    draw_mistakes(images, truth, predicted, confidence, classes, path, "digits", most)


@pytest.mark.parametrize("mistakes", [0, 1, 2, 7, 40, 55])
def test_any_number_of_mistakes_gives_a_picture_of_sensible_size(path, mistakes):
    draw(path, mistakes)
    check_size(path)


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (5, 200), (1, 300, 224), (1, 1)])
def test_any_kind_of_image_is_drawn(path, shape):
    draw(path, 3, shape)
    check_size(path)


def test_the_most_confident_mistake_comes_first():
    truth, predicted = [0, 1, 2, 3, 4, 5], [1, 1, 0, 0, 0, 0]
    order = mistakes.most_confident_mistakes(truth, predicted, [0.5, 0.99, math.nan, 0.9, 0.5, 0.7])
    assert order.tolist() == [3, 5, 0, 4, 2]


def test_captions_say_what_was_read_how_surely_and_what_it_is(path, written):
    images = np.zeros((3, 8, 8))
    draw_mistakes(images, [1, 2, 3], [7, 2, 5], [0.93, 1.0, 0.999], range(10), path)
    assert written[2:] == ["read as 5 (99 %)", "is 3", "read as 7 (93 %)", "is 1"]


def test_images_stand_beside_their_own_captions(path, monkeypatch):
    drawn = []
    monkeypatch.setattr(mistakes, "_draw_picture", lambda sheet, picture, *place: drawn.append(picture[0, 0, 0]))
    images = np.array([0.1, 0.2, 0.3]).reshape(3, 1, 1, 1)
    draw_mistakes(images, [1, 2, 3], [7, 2, 5], [0.8, 1.0, 0.9], range(10), path)
    assert drawn == pytest.approx([0.3, 0.1])


def test_at_most_so_many_are_shown(path, written):
    draw(path, 5, most=2)
    assert written[1] == "5 of 8 read wrong; these are the 2 it was most sure of, the surest first"
    assert sum(text.startswith("read as") for text in written) == 2


def test_no_mistakes_are_told(path, written):
    draw(path, 0)
    assert written == ["digits — no mistakes", "all 3 were read right"]


def test_values_outside_the_range_are_clipped(path):
    images = np.array([[[math.nan, math.inf], [-7.0, 255.0]]])
    assert mistakes._pictures(images, 1, np.array([0]))[0, ..., 1].tolist() == [[0, 1], [0, 1]]
    draw_mistakes(images, [0], [1], [math.nan], "ab", path)
    check_size(path)


@pytest.mark.parametrize("shape", [(2, 8, 8), (1, 2, 8, 8), (1, 64)])
def test_images_that_do_not_fit_are_refused(path, shape):
    with pytest.raises(ShapeError, match="images must be of shape"):
        draw_mistakes(np.zeros(shape), [0], [1], [0.9], "ab", path)


def test_a_confidence_that_does_not_fit_is_refused(path):
    with pytest.raises(ShapeError, match="confidence"):
        draw_mistakes(np.zeros((1, 8, 8)), [0], [1], [[0.1, 0.9]], "ab", path)
