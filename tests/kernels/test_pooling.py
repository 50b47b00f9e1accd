"""Max pooling by kernels."""

import numpy as np
import pytest

from rung.functions.spatial import largest
from rung.functions.spatial.sweeps import Pools
from rung.kernels import pooling, switched

SHAPES = [(4, 4), (2, 3, 6, 8), (2, 3, 5, 7), (3, 6, 7), (3, 5, 8), (3, 33, 40), (1, 2, 2)]


def windows(x):
    return Pools((2, 2)).windows_in(x.shape)


def images(shape, seed=0):
    """With ties: a third are zeros."""
    return np.random.default_rng(seed).normal(size=shape).clip(-0.4, None).astype(np.float32)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_largest(check, shape):
    x = images(shape)
    check(pooling.largest, largest.largest, x, windows(x), tolerance=0)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_what_is_shared_among_the_largest(check, shape):
    x = images(shape)
    v = images((*shape[:-2], shape[-2] // 2, shape[-1] // 2), seed=1)
    check(pooling.shared, largest.share_among_largest, v, x, windows(x))


def test_not_a_number_and_infinities(runs):
    x = images((3, 8, 8))
    x.reshape(-1)[[0, 17, 40, 41]] = np.nan, np.inf, -np.inf, np.nan
    v = images((3, 4, 4), seed=1)
    y, gx = largest.largest(np, x, windows(x)), largest.share_among_largest(np, v, x, windows(x))
    with switched(False), np.errstate(all="ignore"):
        np.testing.assert_array_equal(y, largest.largest(np, x, windows(x)))
        np.testing.assert_array_equal(gx, largest.share_among_largest(np, v, x, windows(x)))
    assert len(runs) == 2


def test_other_windows_are_no_kernels(runs):
    x = images((2, 9, 9))
    for options in ({"pad": 1}, {"stride": 1}, {"dilation": 2}, {"ceil_mode": True}):
        largest.largest(np, x, Pools((2, 2), **options).windows_in(x.shape))
    largest.largest(np, x, Pools((3, 3)).windows_in(x.shape))
    largest.largest(np, x, Pools((2,)).windows_in(x.shape))
    assert runs == []
