"""Transforms of numbers, `Compose`, and how transforms are written out."""

import numpy as np
import pytest

import rung.transforms as T
from rung.dataloaders.worker import pack, unpack
from rung.errors import DTypeError, ShapeError, ValueRangeError

X = np.random.default_rng(0).normal(size=(3, 4, 5)).astype(np.float32)


@pytest.mark.parametrize(("mean", "std"), [(0, 1), (0, 255), (0.5, 0.25), ((1, 2, 3), 2), (0, [1, 2, 4]), ([1], [2]),
                                           (X.mean(0), X.std(0)), (np.ones((3, 1, 1)), 1)])  # fmt: skip
def test_normalize_is_its_formula(mean, std):
    m, s = (np.reshape(v, (-1, 1, 1)) if np.ndim(v) == 1 else v for v in (mean, std))
    result = T.Normalize(mean, std)(X)
    np.testing.assert_allclose(result, (X - m) / s, rtol=1e-5)
    assert result.dtype == np.float32
    assert not np.shares_memory(result, X)


@pytest.mark.parametrize(("given", "wanted"), [(np.uint8, np.float32), (np.int64, np.float32), (bool, np.float32),
                                               (np.float16, np.float16), (np.float64, np.float64)])  # fmt: skip
def test_normalize_keeps_floats_and_makes_float32_of_integers(given, wanted):
    for transform in (T.Normalize(0, 255), T.Normalize(0.5, np.float64(2)), T.Normalize((1, 2, 3), (1, 2, 3))):
        assert transform(X.astype(given)).dtype == wanted


def test_one_normalize_serves_many_dtypes_and_shapes():
    transform = T.Normalize((1, 2), (3, 4))
    for x in (np.ones((2, 3)), np.ones((2, 3), np.float32), np.ones((2, 3, 4)), np.ones(2), np.ones((2, 3), int)):
        expected = np.array([0, -0.25]).reshape(2, *[1] * (x.ndim - 1)) + np.zeros(x.shape)
        np.testing.assert_allclose(transform(x), expected)


BATCHED = [
    T.Normalize(0, 255), T.Normalize((1, 2, 3), (1, 2, 4)), T.Normalize(X, 2), T.Normalize(np.ones((4, 5))),
    T.Flatten(), T.AsType(np.float64), T.ToFloat(), T.ToInt(), T.Compose(),
    T.Compose([T.Normalize(1, 2), T.Compose([T.Flatten(), T.AsType(np.float16)])]),
]  # fmt: skip


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("transform", BATCHED, ids=lambda t: repr(t)[:40])
def test_a_batch_is_changed_as_its_samples_are(transform, dtype):
    batch = (50 * np.random.default_rng(1).random((6, 3, 4, 5))).astype(dtype)
    before = batch.copy()
    result, single = transform.over_batch(batch), np.stack([transform(x) for x in batch])
    assert result.dtype == single.dtype
    assert np.array_equal(result, single)
    assert np.array_equal(batch, before)
    assert transform.over_batch(batch[:0]).shape == (0, *result.shape[1:])


def test_only_what_is_certain_changes_batches():
    assert T.RandomHorizontalFlip().over_batch is None
    assert T.Compose([T.Flatten(), T.RandomCrop(3)]).over_batch is None
    assert T.Compose([T.Flatten(), lambda x: x]).over_batch is None


def test_types_flat_and_back():
    assert T.Flatten()(X).shape == (60,)
    assert T.ToFloat()(np.int64(3)) == 3.0
    assert T.ToFloat()(3).dtype == np.float32
    assert T.ToInt()(X).dtype == int
    assert T.AsType("uint8")(X).dtype == np.uint8


def test_compose_goes_from_left_to_right():
    assert T.Compose()(5) == 5
    assert T.Compose([lambda x: x + 1, lambda x: x * 10])(1) == 20
    parts = [lambda x: x]
    composed = T.Compose(parts)
    parts.append(None)
    assert composed(1) == 1


@pytest.mark.parametrize("text", [
    "Compose([RandomCrop(size=28, pad=4), RandomHorizontalFlip(), Normalize(std=255), AsType()])",
    "Resize(size=(2, 3), mode='nearest')", "RandomRotation(degrees=(1, 2))", "ColorJitter(hue=0.1)", "ToInt()",
    "RandomErasing(p=1, value='noise')", "Convert(mode='L')", "AsType(dtype=float64)", "ToPIL(white=255.0)",
])  # fmt: skip
def test_the_written_form_makes_it_again(text):
    scope = vars(T) | {"float64": np.float64}
    assert repr(eval(text, scope)) == text
    assert repr(unpack(pack(eval(text, scope)))) == text


BAD = [
    (lambda: T.Normalize(0, (1, 0)), ValueRangeError, "expected std to be other than 0"),
    (lambda: T.Normalize(np.nan), ValueRangeError, "expected mean to be finite"),
    (lambda: T.Normalize((1, 2))(X), ShapeError, "expected 2 channels along the first axis, as mean has"),
    (lambda: T.Normalize(0, (1, 2))(np.float32(1)), ShapeError, "expected 2 channels"),
    (lambda: T.Normalize(np.ones((2, 3, 4, 5)))(X), ShapeError, r"of shape \(2, 3, 4, 5\), broadcasts to"),
    (lambda: T.Normalize()([1, 2]), DTypeError, "Normalize: expected a NumPy array, but got list"),
    (lambda: T.Flatten()(np.array(["a"])), DTypeError, "Flatten: expected an array of numbers"),
    (lambda: T.Compose([T.Flatten(), None]), DTypeError, "Compose: .* but number 1 is NoneType"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), BAD, ids=[text for _, _, text in BAD])
def test_what_does_not_fit_is_told_in_a_sentence(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_a_pillow_image_has_to_become_an_array_first():
    Image = pytest.importorskip("PIL.Image")
    with pytest.raises(DTypeError, match=r"expected a NumPy array, but got a Pillow image; put ToArray\(\)"):
        T.Normalize()(Image.new("L", (2, 2)))
