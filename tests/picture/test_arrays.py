"""Statistics of arrays, held against NumPy."""

import base64
import math

import numpy as np
import pytest

from rung.picture.arrays import BINS, MOST_VALUES, describe_array

CASES = {
    "0-d": np.array(2.5),
    "one element": np.full((1, 1), -3.0),
    "empty": np.zeros((0, 3)),
    "vector": np.linspace(-3, 7, 50),
    "float16": np.arange(100, dtype=np.float16).reshape(4, 25),
    "float32": np.random.default_rng(0).normal(size=(70, 80)).astype(np.float32),
    "integers": np.arange(-5, 60).reshape(5, 13),
    "booleans": np.array([[True, False, True]] * 40),
    "constant": np.full((9, 9), 4.0),
    "transposed": np.arange(200.0).reshape(20, 10).T,
    "4-d": np.random.default_rng(1).normal(size=(2, 3, 10, 4)),
    "negative step": np.arange(100.0)[::-2],
}


@pytest.mark.parametrize("x", CASES.values(), ids=CASES)
def test_statistics_are_those_of_numpy(x):
    found, wide = describe_array(x), x.astype(np.float64)
    assert found.bytes == x.nbytes
    assert (found.zeros, found.nan, found.inf) == ((wide == 0).sum(), 0, 0)
    assert found.norm == pytest.approx(np.sqrt((wide**2).sum()), rel=1e-6)
    if x.size:
        expected = [wide.min(), wide.max(), wide.mean(), wide.std()]
        assert [found.min, found.max, found.mean, found.std] == pytest.approx(expected, rel=1e-6, abs=1e-12)
    else:
        assert (found.min, found.max, found.mean, found.std) == (None, None, None, None)


@pytest.mark.parametrize("x", CASES.values(), ids=CASES)
def test_histogram_has_all_finite_elements_where_numpy_has_them(x):
    found = describe_array(x)
    assert len(found.histogram) == BINS
    assert sum(found.histogram) == x.size
    wide = x.astype(np.float64).reshape(-1)
    if x.size and wide.min() < wide.max():
        # An element on an edge may fall to either side, so compare how many lie below each of them.
        edges = np.linspace(wide.min(), wide.max(), BINS + 1)
        gap = 1e-9 * (wide.max() - wide.min())
        for edge, below in zip(edges[1:-1], np.cumsum(found.histogram)[:-1], strict=True):
            assert (wide < edge - gap).sum() <= below <= (wide < edge + gap).sum()


def test_what_is_not_finite_is_counted_and_left_out():
    found = describe_array(np.array([[1.0, np.nan, np.inf], [-np.inf, 3.0, np.nan]]))
    assert (found.nan, found.inf) == (2, 2)
    assert (found.min, found.max, found.mean, found.std) == (1.0, 3.0, 2.0, 1.0)
    assert math.isnan(found.norm) or math.isinf(found.norm)
    assert sum(found.histogram) == 2


@pytest.mark.parametrize("number", [0.0, -2.5, 1 / 3, np.nan, np.inf, -np.inf])
def test_one_element_is_described_as_two_equal_ones(number):
    one, two = describe_array(np.array([number])), describe_array(np.array([number, number]))
    assert str((one.min, one.max, one.mean, one.std)) == str((two.min, two.max, two.mean, two.std))
    assert 2 * one.zeros == two.zeros
    assert (2 * one.nan, 2 * one.inf, [2 * count for count in one.histogram]) == (two.nan, two.inf, two.histogram)
    assert str(one.norm * np.sqrt(2)) == str(two.norm) or one.norm == pytest.approx(two.norm / np.sqrt(2))


def test_nothing_finite_at_all():
    found = describe_array(np.full(100, np.nan))
    assert (found.min, found.mean, found.nan, sum(found.histogram)) == (None, None, 100, 0)
    assert base64.b64decode(found.thumbnail.pixels) == bytes(found.thumbnail.rows * found.thumbnail.columns)


@pytest.mark.parametrize("x", [np.array([1.7e308, -1.7e308, 1e308]), np.array([1e-320, 5e-324, 0.0])])
def test_extreme_numbers_neither_overflow_nor_vanish(x):
    found = describe_array(x)
    assert all(math.isfinite(each) for each in (found.min, found.max, found.mean, found.std))
    assert found.norm > 0
    assert sum(found.histogram) == 3


def test_few_elements_are_kept_one_by_one_with_seven_digits():
    found = describe_array(np.array([[1 / 3, 2.0], [-0.0, 1e10]]))
    assert found.values == [[0.3333333, 2.0], [0.0, 1e10]]
    assert describe_array(np.array(True)).values is True
    assert describe_array(np.array([3], np.int8)).values == [3]
    assert describe_array(np.zeros((0, 3))).values == []
    assert found.thumbnail is None


def test_many_elements_become_a_thumbnail():
    x = np.arange(64.0 * 64).reshape(64, 64)
    found = describe_array(x)
    assert found.values is None
    small = found.thumbnail
    assert (small.rows, small.columns) == (32, 32)
    pixels = np.frombuffer(base64.b64decode(small.pixels), np.uint8).reshape(32, 32)
    picked = x[::2, ::2]
    assert np.array_equal(pixels, np.round(picked / x.max() * 255).astype(np.uint8))


def test_a_thumbnail_is_no_larger_than_the_array():
    small = describe_array(np.arange(MOST_VALUES + 1.0).reshape(5, 13)).thumbnail
    assert (small.rows, small.columns) == (5, 13)


def test_arrays_of_each_device(xp):
    assert describe_array(xp.arange(3)).values == [0, 1, 2]


def test_a_numpy_scalar_is_an_array_too():
    assert describe_array(np.float64(2.0)).values == 2.0
