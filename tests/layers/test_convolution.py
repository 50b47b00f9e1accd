"""Layers of convolutions: what they learn from a batch, what they are called with, and how they begin."""

import numpy as np
import pytest

import rung
import rung.functions as F
import rung.layers as L
from rung.errors import DTypeError, ShapeError, ValueRangeError
from rung.optimizers import SGD

KINDS = {
    L.Conv1d: (1, F.conv1d), L.Conv2d: (2, F.conv2d), L.Conv3d: (3, F.conv3d),
    L.Deconv1d: (1, F.deconv1d), L.Deconv2d: (2, F.deconv2d), L.Deconv3d: (3, F.deconv3d),
}  # fmt: skip


def image(ndim, channels=4):
    return np.random.default_rng(0).standard_normal((2, channels, *[5] * ndim)).astype(np.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_channels_are_learnt_and_the_function_is_called(kind):
    ndim, function = KINDS[kind]
    layer, x = kind(6, 3, 2, 1, dilation=2, groups=2), image(ndim)
    assert not layer.W.is_sized
    y = layer(x)
    assert layer.W.shape == ((6, 2) if "Conv" in kind.__name__ else (4, 3)) + (3,) * ndim
    layer.b.data = np.arange(6, dtype=np.float32)
    expected = function(x, layer.W, layer.b, stride=2, pad=1, dilation=2, groups=2)
    assert y.shape == expected.shape
    np.testing.assert_array_equal(layer(x).data, expected.data)
    assert [p.dtype for p in layer.params()] == [np.float32] * 2


def test_arguments_stand_in_the_order_of_dezero():
    layer = L.Conv2d(8, (3, 1), (2, 1), (1, 0), True, np.float64, 3)
    assert layer.W.shape == (8, 3, 3, 1)
    assert layer.W.dtype == np.float64
    assert layer.b is None
    assert layer(np.ones((1, 3, 5, 5))).shape == (1, 8, 3, 5)
    assert L.Deconv2d(8, 4, 2, 1, True, None, 3)(image(2, 3)).shape == (2, 8, 10, 10)


def test_names_and_repr():
    layer = L.Conv2d(8, 3)
    assert [name for name, _ in layer.named_params()] == ["W", "b"]
    assert (layer.W.name, layer.b.name) == ("W", "b")
    assert repr(layer) == "Conv2d(W=?, b=(8,))"
    layer(image(2))
    assert repr(layer) == "Conv2d(W=(8, 4, 3, 3), b=(8,))"


@pytest.mark.parametrize(("kind", "groups"), [(L.Conv2d, 1), (L.Conv2d, 4), (L.Deconv2d, 1), (L.Deconv2d, 4)])
def test_first_weights_keep_the_variance(kind, groups):
    """Of Deconv2d too, whose W has the channels of the input first: normal(0, 1 / (inputs of a group x kernel))."""
    rung.seed(0)
    W = kind(64, 3, in_channels=128, groups=groups).W.data
    assert W.std() == pytest.approx((groups / (128 * 9)) ** 0.5, rel=0.03)
    assert abs(W.mean()) < 0.01


def test_another_initializer():
    layer = L.Conv2d(2, 3, in_channels=1, initializer=rung.initializers.ones)
    np.testing.assert_array_equal(layer.W.data, 1)


def test_the_adjoint_lets_one_choose_the_size():
    layer = L.Deconv2d(3, 3, stride=2, pad=1)
    assert layer(image(2)).shape == (2, 3, 9, 9)
    assert layer(image(2), outsize=(10, 9)).shape == (2, 3, 10, 9)


def test_freezing_and_learning():
    layer, x = L.Conv2d(3, 3, pad="same"), image(2)
    first = layer(x)
    (first**2).mean().backward()
    SGD(0.1).setup(layer).update()
    assert (layer(x).data ** 2).mean() < (first.data**2).mean()
    layer.cleargrads()
    layer.freeze()
    assert not layer(x).differentiable


def test_weights_are_saved_and_loaded_into_a_layer_that_saw_no_batch(tmp_path):
    layer, x = L.Deconv2d(3, 2), image(2)
    y = layer(x)
    layer.save_weights(tmp_path / "w.npz")
    fresh = L.Deconv2d(3, 2)
    fresh.load_weights(tmp_path / "w.npz")
    np.testing.assert_array_equal(fresh(x).data, y.data)


def test_a_summary_counts():
    summary = L.Conv2d(8, 3, pad=1).summary(image(2))
    assert summary.multiply_adds == 2 * 8 * 25 * 4 * 9
    assert summary.parameters == 8 * 4 * 9 + 8


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: L.Conv2d(0, 3), "Conv2d: expected out_channels to be an integer of at least 1, but got 0"),
        (lambda: L.Conv2d(4, 3, in_channels=0), "Conv2d: expected in_channels"),
        (
            lambda: L.Conv2d(4, 3, groups=3),
            "Conv2d: expected out_channels to be divisible by the 3 groups",
        ),
        (
            lambda: L.Deconv1d(4, 3, in_channels=3, groups=2),
            "Deconv1d: expected in_channels to be divisible",
        ),
    ],
)
def test_bad_numbers_are_refused(make, text):
    with pytest.raises(ValueRangeError, match=text):
        make()


def test_bad_shapes_are_refused():
    with pytest.raises(ShapeError, match="Conv2d: kernel_size must be one integer"):
        L.Conv2d(4, 0)
    with pytest.raises(ShapeError, match="Conv2d: stride must be .* or 2 of them"):
        L.Conv2d(4, 3, (1, 2, 3))
    with pytest.raises(ShapeError, match=r"Conv2d: x must have 4 axes, the second of channels, .*\(2, 3\)"):
        L.Conv2d(4, 3)(np.ones((2, 3)))
    with pytest.raises(ShapeError, match="divisible by 2 groups"):
        L.Conv2d(4, 3, groups=2)(image(2, 3))
    with pytest.raises(DTypeError, match="Conv2d"):
        L.Conv2d(4, 3)([1.0])
    layer = L.Conv2d(4, 3, in_channels=3)
    with pytest.raises(ShapeError, match="conv2d: x must have 3 channels"):
        layer(image(2, 4))
