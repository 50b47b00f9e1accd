"""The vision transformer learns, cuts images into patches in their order, and says what does not fit."""

import copy
import pickle

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.errors import ShapeError, ValueRangeError
from rung.models import ViT
from rung.optimizers import AdamW

SIZES = {"image_size": (8, 12), "patch_size": 4, "hidden_size": 16, "num_heads": 2, "num_layers": 2}


@pytest.fixture
def model():
    rung.seed(0)
    return ViT(3, **SIZES)


def images(n=6):
    return np.random.default_rng(1).standard_normal((n, 3, 8, 12), np.float32)


def test_it_overfits_one_batch(model):
    optimizer = AdamW(0.01).setup(model)
    x, t = images(), np.array([0, 1, 2, 0, 1, 2])
    for _ in range(40):
        loss = F.softmax_cross_entropy(model(x), t)
        model.cleargrads()
        loss.backward()
        optimizer.update()
    assert loss.item() < 0.01
    assert all(np.any(p.grad.data) for p in model.params())  # everything has a part in it


def test_patches_stand_in_the_order_of_reading(model):
    x = images(1)
    patches = F.swapaxes(F.reshape(model.patches(x), (1, 16, 6)), 1, 2).data[0]
    for k in range(6):
        row, column = divmod(k, 3)
        patch = x[0, :, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4]
        own = np.tensordot(patch, model.patches.W.data, ((0, 1, 2), (1, 2, 3))) + model.patches.b.data
        np.testing.assert_allclose(patches[k], own, atol=1e-5)
    model.blocks.clear()
    # without blocks, features are the norm of patches and their positions
    expected = np.concatenate([model.class_token.data[0], patches]) + model.positions.W.data
    expected = (expected - expected.mean(-1, keepdims=True)) / expected.std(-1, keepdims=True)
    np.testing.assert_allclose(model.features(x).data[0], expected, rtol=3e-3)


def test_where_a_patch_is_matters(model):
    x = images(1)
    turned = np.roll(x, 4, axis=3)
    assert abs(model(x).data - model(turned).data).max() > 1e-4
    model.positions.W.data = np.zeros_like(model.positions.W.data)
    np.testing.assert_allclose(model(x).data, model(turned).data, atol=1e-5)


def test_weights_come_back_from_a_file_and_every_size_is_known(model, tmp_path):
    model.save_weights(tmp_path / "vit.npz")
    other = ViT(3, **SIZES)
    other.load_weights(tmp_path / "vit.npz")
    np.testing.assert_array_equal(other(images()).data, model(images()).data)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_is_the_same_and_apart(model, copied):
    other, before = copied(model), model(images()).data
    np.testing.assert_array_equal(other(images()).data, before)
    other.fc.W.data = other.fc.W.data * 2
    np.testing.assert_array_equal(model(images()).data, before)


def test_what_does_not_fit_is_said(model):
    with pytest.raises(ShapeError, match=r"ViT: expected images of \(8, 12\)"):
        model(np.ones((1, 3, 8, 8), "f"))
    with pytest.raises(ValueRangeError, match=r"ViT: expected patches that fill the image, but 5 does not divide"):
        ViT(3, **SIZES | {"patch_size": 5})
