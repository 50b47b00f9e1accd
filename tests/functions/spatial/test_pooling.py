"""Poolings where a careless one goes wrong: padding, ties, edges, and what is refused."""

import re

import numpy as np
import pytest
from functions.references.pooling import ORACLES

import rung.functions as F
from rung import Variable
from rung.errors import RungError, ShapeError
from rung.transform import grad, hvp, jvp, vmap

RNG = np.random.default_rng(0)


def gradient(f, x, weights=None):
    x = Variable(np.asarray(x))
    return grad(f(x), x, weights).data


# Padding ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "int64"])
def test_padding_is_never_the_largest(dtype):
    x = -1 - np.arange(16).reshape(1, 1, 4, 4).astype(dtype)
    y = F.pooling(x, 3, stride=2, pad=1)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y.data[0, 0], [[-1, -2], [-5, -6]])


def test_booleans_and_unsigned_integers_are_pooled_with_padding():
    np.testing.assert_array_equal(F.max_pool1d(np.array([False, False, True]), 2, 2, 1).data, [False, True])
    np.testing.assert_array_equal(F.max_pool1d(np.zeros(3, np.uint8), 2, 2, 1).data, [0, 0])


def test_minus_infinity_is_an_element_and_the_padding_is_none():
    x = np.array([-np.inf, -np.inf])
    np.testing.assert_array_equal(F.max_pool1d(x, 3, 1, 1).data, x)
    np.testing.assert_array_equal(gradient(lambda x: F.max_pool1d(x, 3, 1, 1), x), [1, 1])
    np.testing.assert_array_equal(F.max_pool1d(x, 3, 1, 1, return_indices=True)[1].data, [0, 0])


def test_a_nan_is_the_largest_of_its_window_and_of_no_other():
    x = np.array([1.0, np.nan, 2.0, 3.0])
    y, index = F.max_pool1d(x, 2, return_indices=True)
    np.testing.assert_array_equal(y.data, [np.nan, 3])
    np.testing.assert_array_equal(index.data, [1, 3])


def test_padding_counts_in_a_mean_or_does_not():
    x = np.ones((1, 1, 2, 3))
    np.testing.assert_allclose(F.average_pooling(x, (2, 3), pad=(0, 1)).data[0, 0], [[2 / 3, 1, 2 / 3]])
    np.testing.assert_allclose(F.average_pooling(x, (2, 3), 1, (0, 1), count_include_pad=False).data, 1)


def test_what_ceil_mode_reaches_over_the_edge_counts_for_nothing():
    np.testing.assert_array_equal(F.avg_pool1d(np.ones(5), 2, ceil_mode=True).data, [1, 1, 1])
    np.testing.assert_array_equal(F.max_pool1d(-np.arange(5.0), 2, ceil_mode=True).data, [0, -2, -4])
    np.testing.assert_array_equal(
        F.max_pool1d(np.arange(5.0), 1, 3, ceil_mode=True).data, [0, 3]
    )  # none behind the edge
    assert F.max_pool2d(np.ones((1, 8, 112, 112)), 3, 2, ceil_mode=True).shape == (1, 8, 56, 56)  # SqueezeNet


# Ties ---------------------------------------------------------------------------------------------------------------


def test_ties_share_the_gradient_evenly_however_they_lie():
    x = np.array([[1.0, 1.0, 0.0, 3.0], [1.0, 0.0, 3.0, 2.0]])
    share = np.array([[1 / 3, 1 / 3, 0, 0.5], [1 / 3, 0, 0.5, 0]])
    np.testing.assert_allclose(gradient(lambda x: F.max_pool2d(x, 2), x), share)
    np.testing.assert_allclose(gradient(lambda x: F.max_pooling(F.relu(x), (2, 2)), np.ones((2, 2))), 0.25)


def test_ties_of_windows_with_very_many_elements_are_counted():
    np.testing.assert_allclose(gradient(lambda x: F.max_pool2d(x, (20, 30)), np.ones((20, 30))), 1 / 600)


def test_pooling_all_is_the_maximum():
    x = RNG.integers(0, 3, (2, 4, 5)).astype(float)
    whole = F.max(Variable(x), (1, 2)).data
    np.testing.assert_array_equal(F.max_pool2d(x, (4, 5)).data[:, 0, 0], whole)
    expected = gradient(lambda x: F.max(x, (1, 2)), x, np.array([1.0, 2.0]))
    pooled = gradient(lambda x: F.max_pool2d(x, (4, 5)), x, np.array([1.0, 2.0]).reshape(2, 1, 1))
    np.testing.assert_allclose(pooled, expected, rtol=1e-15)


# Derivatives and batches --------------------------------------------------------------------------------------------


POOLS = {
    "max": lambda x: F.max_pool2d(x, (2, 3), (1, 2), ((1, 0), (1, 1)), (2, 1)),
    "max with ceil": lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True),
    "average": lambda x: F.avg_pool2d(x, (2, 3), (1, 2), ((1, 0), (1, 1)), count_include_pad=False),
    "average with ceil": lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True),
    "adaptive average": lambda x: F.adaptive_avg_pool2d(x, (2, 4)),
    "adaptive average of equal parts": lambda x: F.adaptive_avg_pool2d(x, (5, 2)),
    "adaptive maximum": lambda x: F.adaptive_max_pool2d(x, (2, 4)),
    "adaptive maximum of equal parts": lambda x: F.adaptive_max_pool2d(x, (1, 3)),
    "global average": lambda x: F.global_average_pooling(x, 1),
    "global maximum": lambda x: F.global_max_pooling(x, 1, keepdims=True),
}


@pytest.mark.parametrize("name", POOLS)
def test_derivatives_of_the_cube_of_a_pooling_agree_with_differences(name):
    f, h = POOLS[name], 1e-6
    x, v = RNG.permutation(60).reshape(2, 5, 6) / 10, RNG.standard_normal((2, 5, 6))

    def total(x):
        return F.sum(f(x) ** 3)

    def slope(x):
        return gradient(total, x)

    expected = (total(x + h * v).data - total(x - h * v).data) / (2 * h)
    np.testing.assert_allclose(np.sum(slope(x) * v), expected, rtol=1e-6)
    np.testing.assert_allclose(jvp(total, [x], [v])[1].data, expected, rtol=1e-6)
    curve = (slope(x + h * v) - slope(x - h * v)) / (2 * h)
    np.testing.assert_allclose(hvp(total, Variable(x), v).data, curve, rtol=1e-5, atol=1e-6)
    (third,) = [jvp(lambda x: hvp(total, x, v), [x], [v])[1].data]
    ahead, behind = (hvp(total, Variable(x + s * h * v), v).data for s in (1, -1))
    np.testing.assert_allclose(third, (ahead - behind) / (2 * h), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", POOLS)
def test_a_batch_is_its_examples_and_dtypes_stay(name):
    f = POOLS[name]
    xs = RNG.standard_normal((3, 2, 5, 6)).astype(np.float32)
    together = vmap(lambda x: (f(x), grad(F.sum(f(x) ** 2), x)))(xs)
    for k, x in enumerate(xs):
        y = f(Variable(x))
        assert y.dtype == np.float32
        np.testing.assert_allclose(together[0].data[k], y.data, rtol=1e-6)
        np.testing.assert_allclose(together[1].data[k], gradient(lambda x: F.sum(f(x) ** 2), x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in POOLS if "global" not in name])
def test_an_empty_batch_goes_through(name):
    x = Variable(np.zeros((0, 2, 5, 6), np.float32))
    y = POOLS[name](x)
    y.backward()
    assert y.shape[:2] == (0, 2)
    assert x.grad.shape == x.shape


@pytest.mark.parametrize("name", POOLS)
def test_means_and_maxima_in_half_precision_do_not_overflow(name):
    x = np.full((2, 5, 6), 60_000, np.float16)
    y = POOLS[name](x).data
    assert y.dtype == np.float16
    assert np.isfinite(y).all()


# One implementation, many names -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_every_number_of_axes_agrees_with_loops(ndim):
    x = RNG.permutation(2 * 3 * 5**ndim).reshape(2, 3, *[5] * ndim).astype(float)
    options = {"kernel": (3,) * ndim, "stride": 2, "pad": 1}
    for f in ((F.max_pool1d, F.max_pool2d, F.max_pool3d)[ndim - 1], F.max_pooling):
        y, index = f(x, 3, 2, 1, return_indices=True)
        np.testing.assert_array_equal(y.data, ORACLES["max_pooling"](x, **options))
        np.testing.assert_array_equal(index.data, ORACLES["index_of_largest"](x, **options))
    for f in ((F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[ndim - 1], F.average_pooling):
        np.testing.assert_allclose(f(x, 3, 2, 1).data, ORACLES["average_pooling"](x, **options), rtol=1e-12)


def test_strides_are_one_under_dezeros_names_and_the_kernel_under_pytorchs():
    x = np.arange(36.0).reshape(1, 1, 6, 6)
    assert F.pooling(x, 2).shape == F.average_pooling(x, 2).shape == (1, 1, 5, 5)
    assert F.max_pooling(x, 2).shape == F.avg_pool2d(x, 2).shape == F.max_pool2d(x, (2, 2)).shape == (1, 1, 3, 3)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_adaptive_poolings_agree_with_loops(ndim):
    x = RNG.standard_normal((2, *(7, 5, 4)[:ndim]))
    wanted = (3, 4, 2)[:ndim]
    mean = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)[ndim - 1](x, wanted).data
    largest = (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d)[ndim - 1](x, wanted).data
    for at in np.ndindex(*wanted):
        part = x[:, *[slice(int(i * n / m), int(np.ceil((i + 1) * n / m)))
                      for i, n, m in zip(at, x.shape[1:], wanted, strict=True)]]  # fmt: skip
        np.testing.assert_allclose(mean[:, *at], part.mean(tuple(range(1, ndim + 1))), rtol=1e-12)
        np.testing.assert_array_equal(largest[:, *at], part.max(tuple(range(1, ndim + 1))))


# What is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [F.pooling, F.max_pool2d, F.average_pooling, F.avg_pool2d, F.max_pooling])
def test_a_kernel_larger_than_the_image_is_an_error_that_names_both(f):
    with pytest.raises(ShapeError, match=rf"{f.__name__}: .*\(7, 7\).*\(5, 4\).*\(2, 3, 5, 4\)"):
        f(np.ones((2, 3, 5, 4)), 7)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: F.max_pool2d(x, 2, pad=2), lambda x: F.max_pool2d(x, 0), lambda x: F.max_pool2d(x, (2, 2, 2)),
        lambda x: F.max_pool2d(x, 2, stride=0), lambda x: F.max_pool2d(x, 2, pad=-1), lambda x: F.max_pool2d(x, 2.0),
        lambda x: F.max_pool2d(x, 2, dilation=0), lambda x: F.avg_pool3d(x[0, 0], 1),
        lambda x: F.max_pooling(x[0, 0], 2),
        lambda x: F.adaptive_avg_pool2d(x, 0), lambda x: F.adaptive_max_pool2d(x, (1, 2, 3)),
        lambda x: F.global_average_pooling(x, 7), lambda x: F.adaptive_max_pool2d(x[:, :, :0], 2),
        lambda x: F.average_pooling(x, 2, pad="some"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(RungError):
        call(np.ones((2, 3, 4, 4)))


def test_the_error_for_one_integer_says_what_to_write():
    with pytest.raises(
        ShapeError, match=re.escape("max_pooling: one integer is a size for all axes but the first two")
    ):
        F.max_pooling(np.ones((4, 4)), 2)
