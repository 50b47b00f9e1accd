"""First values: their variances, by the papers' formulas, and where they are drawn from."""

import math

import numpy as np
import pytest

import rung
from rung import initializers
from rung.errors import ShapeError, ValueRangeError
from rung.layers import Linear
from rung.transform import checkpoint

SHAPE = (300, 500)
VARIANCES = {
    "lecun_normal": 1 / 300, "lecun_uniform": 1 / 300, "glorot_normal": 2 / 800, "glorot_uniform": 2 / 800,
    "he_normal": 2 / 300, "he_uniform": 2 / 300,
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANCES)
def test_mean_and_variance(name):
    rung.seed(0)
    w = getattr(initializers, name)(SHAPE, "float64")
    sigma = math.sqrt(VARIANCES[name])
    assert abs(w.mean()) < 5 * sigma / math.sqrt(w.size)
    assert w.var() == pytest.approx(VARIANCES[name], rel=0.02)
    if name.endswith("uniform"):
        assert sigma * math.sqrt(3) * 0.99 < abs(w).max() <= sigma * math.sqrt(3)
    else:
        assert abs(w).max() > 3 * sigma


def test_fans_of_convolutions():
    assert initializers.fans((8, 3, 5, 5)) == (75, 200)
    rung.seed(0)
    assert initializers.he_normal((200, 30, 3, 3)).var() == pytest.approx(2 / 270, rel=0.05)
    with pytest.raises(ShapeError, match="fans"):
        initializers.fans((3,))


def test_the_slope_of_a_leaky_relu_and_the_gain():
    rung.seed(0)
    assert initializers.he_normal(SHAPE, slope=1.0).var() == pytest.approx(1 / 300, rel=0.03)
    assert initializers.glorot_normal(SHAPE, gain=2.0).var() == pytest.approx(8 / 800, rel=0.03)


@pytest.mark.parametrize("shape", [(4, 4), (3, 7), (7, 3), (6, 2, 3)])
def test_orthogonal(shape):
    w = initializers.orthogonal(shape, "float64", gain=2.0).reshape(shape[0], -1)
    product = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-12)


def test_every_orthogonal_matrix_is_equally_likely():
    rung.seed(0)
    drawn = np.stack([initializers.orthogonal((3, 3), "float64") for _ in range(400)])
    assert abs(drawn.mean(0)).max() < 0.1  # a factorization alone prefers some signs: then it is 0.5 and more
    assert abs((np.linalg.det(drawn) > 0).mean() - 0.5) < 0.1


def test_truncated_normal_is_cut():
    rung.seed(0)
    w = initializers.truncated_normal((100_000,), "float64", std=0.5)
    assert abs(w).max() <= 1.0
    assert w.std() == pytest.approx(0.5 * 0.8796, rel=0.01)  # of a standard normal variable within two sigma


def test_dtypes_seeds_and_forks():
    assert initializers.ones((2,), "float16").dtype == np.float16
    with pytest.raises(ValueRangeError, match="floats"):
        initializers.he_normal((2, 2), "int32")
    rung.seed(1)
    first = initializers.he_normal((2, 2))
    rung.seed(1)
    np.testing.assert_array_equal(initializers.he_normal((2, 2)), first)
    rung.seed(1)
    layer = Linear(2, initializer=initializers.he_normal)
    checkpoint(layer, rung.Variable(np.ones((1, 2), np.float32)))
    rung.seed(1)
    np.testing.assert_array_equal(layer.W.data, initializers.he_normal((2, 2)))
