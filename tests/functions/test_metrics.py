"""Metrics: against scikit-learn, and what they refuse."""

import numpy as np
import pytest

import rung.functions as F
from rung import Variable
from rung.errors import DTypeError, ShapeError, ValueRangeError
from rung.transform import vmap

RNG = np.random.default_rng(0)
SCORES = RNG.standard_normal((40, 6))
SCORES[:, 4] -= 50  # a class that is never predicted
LABELS = RNG.choice([0, 1, 2, 4], 40)  # and one that is never right, and one that is neither
SCORES[:, 5] -= 50


@pytest.mark.parametrize("k", [1, 2, 5, 6])
def test_top_k_accuracy_agrees_with_scikit_learn(k):
    metrics = pytest.importorskip("sklearn.metrics")
    expected = metrics.top_k_accuracy_score(LABELS, SCORES, k=k, labels=range(6)) if k < 6 else 1.0
    assert F.top_k_accuracy(SCORES, LABELS, k).item() == pytest.approx(expected)
    if k == 1:
        assert F.accuracy(SCORES, LABELS).item() == pytest.approx(expected)


@pytest.mark.parametrize("scored", [True, False])
def test_the_confusion_matrix_agrees_with_scikit_learn(scored):
    metrics = pytest.importorskip("sklearn.metrics")
    predicted = SCORES.argmax(1)
    matrix = F.confusion_matrix(SCORES if scored else predicted, LABELS, classes=None if scored else 6)
    assert matrix.dtype.kind == "i"
    np.testing.assert_array_equal(matrix.data, metrics.confusion_matrix(LABELS, predicted, labels=range(6)))
    if not scored:
        small = F.confusion_matrix(predicted, LABELS)
        np.testing.assert_array_equal(small.data, matrix.data[:5, :5])


@pytest.mark.parametrize("average", ["macro", "micro", "weighted", "none"])
@pytest.mark.parametrize("name", ["precision", "recall", "f1_score"])
def test_rates_agree_with_scikit_learn(name, average):
    metrics = pytest.importorskip("sklearn.metrics")
    peer = getattr(metrics, name if name == "f1_score" else f"{name}_score")
    options = {"labels": range(6), "average": None} if average == "none" else {"average": average}
    expected = peer(LABELS, SCORES.argmax(1), zero_division=0, **options)
    np.testing.assert_allclose(getattr(F, name)(SCORES, LABELS, average).data, expected)


def test_ignored_labels_do_not_count():
    t = LABELS.copy()
    t[::3] = -1
    kept = t >= 0
    predicted = SCORES.argmax(1)
    for metric in (F.accuracy, F.top_k_accuracy, F.confusion_matrix, F.f1_score):
        expected = metric(SCORES[kept], t[kept]).data
        np.testing.assert_allclose(metric(SCORES, t, ignore_label=-1).data, expected)
    far = F.confusion_matrix(predicted, np.where(kept, t, 255), ignore_label=255)  # 255 is not taken for a class
    np.testing.assert_array_equal(far.data, F.confusion_matrix(predicted[kept], t[kept]).data)


def test_small_integers_do_not_wrap_around():
    labels = np.arange(200, dtype=np.uint8)
    np.testing.assert_array_equal(F.confusion_matrix(labels, labels).data, np.eye(200))


def test_of_equal_scores_the_earlier_class_is_the_higher():
    y = np.zeros((4, 4))
    for k in range(1, 5):
        assert F.top_k_accuracy(y, np.arange(4), k).item() == k / 4
    assert F.top_k_accuracy(np.array([[1.0, np.nan]]), np.array([1]), 1).item() == 0


def test_metrics_of_nothing():
    nothing, none = np.zeros((0, 3)), np.zeros(0, int)
    assert np.isnan(F.accuracy(nothing, none).item())
    assert np.isnan(F.top_k_accuracy(nothing, none, 2).item())
    assert np.isnan(F.accuracy(np.zeros((2, 3)), np.array([-1, -1]), ignore_label=-1).item())
    np.testing.assert_array_equal(F.confusion_matrix(nothing, none).data, np.zeros((3, 3)))
    assert F.confusion_matrix(none, none).shape == (0, 0)
    for metric in (F.precision, F.recall, F.f1_score):
        assert metric(nothing, none).item() == 0
        assert metric(nothing, none, "micro").item() == 0


def test_metrics_of_images_and_of_variables_are_constants():
    y, t = Variable(RNG.standard_normal((2, 5, 5, 3)).astype("f")), RNG.integers(0, 3, (2, 5, 5))
    flat = y.data.reshape(-1, 3), t.reshape(-1)
    for metric in (F.accuracy, F.confusion_matrix, F.f1_score):
        result = metric(y, t)
        assert not result.differentiable
        np.testing.assert_array_equal(result.data, metric(*flat).data)
    assert F.accuracy(y, t).dtype == "float32"


def test_metrics_run_under_vmap():
    y, t = RNG.standard_normal((3, 20, 4)), RNG.integers(0, 4, (3, 20))
    for metric in (F.accuracy, lambda y, t: F.top_k_accuracy(y, t, 2), F.f1_score, F.confusion_matrix):
        expected = [metric(*pair).data for pair in zip(y, t, strict=True)]
        np.testing.assert_allclose(vmap(metric)(y, t).data, expected)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: F.accuracy(SCORES, LABELS[:, None]), ShapeError, r"accuracy: .*\(40, 1\)"),
        (lambda: F.accuracy(SCORES, LABELS * 1.0), DTypeError, "accuracy: labels must be integers"),
        (lambda: F.accuracy(SCORES, LABELS + 3), ValueRangeError, "accuracy: labels must be from 0 to 5.* 3 to 7"),
        (lambda: F.top_k_accuracy(SCORES, LABELS, 7), ValueRangeError, "top_k_accuracy: k must be from 1 to the 6"),
        (lambda: F.top_k_accuracy(SCORES, LABELS, 0), ValueRangeError, "top_k_accuracy: k must be from 1 to the 6"),
        (lambda: F.confusion_matrix(SCORES, LABELS[:-1]), ShapeError, r"confusion_matrix: .*\(39,\)"),
        (lambda: F.confusion_matrix(LABELS * 1.0, LABELS), DTypeError, "confusion_matrix: labels must be integers"),
        (
            lambda: F.confusion_matrix(LABELS, LABELS, 3),
            ValueRangeError,
            "confusion_matrix: labels must be from 0 to 2",
        ),
        (lambda: F.confusion_matrix(LABELS - 1, LABELS), ValueRangeError, "confusion_matrix: .* from -1"),
        (lambda: F.recall(LABELS, LABELS, "binary"), ValueRangeError, "recall: expected average to be one of macro"),
        (lambda: F.f1_score(SCORES, LABELS + 9), ValueRangeError, "f1_score: labels must be from 0 to 5"),
    ],
)
def test_metrics_say_what_is_wrong(call, error, text):
    with pytest.raises(error, match=text):
        call()
