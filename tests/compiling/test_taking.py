"""The quick way takes what NumPy's function takes."""

import numpy as np
import pytest

from rung.compiling.taking import take_along_axis


@pytest.mark.parametrize("axis", [-1, 1, 0, 2])
@pytest.mark.parametrize("shape", [(4, 5), (3, 4, 5), (5,), (0, 5), (2, 0, 3)])
def test_it_takes_what_numpy_takes(shape, axis):
    x = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    if axis >= len(shape):
        return
    index_shape = [*shape]
    index_shape[axis] = 2
    indices = np.random.default_rng(0).integers(-3, 3, index_shape) if min(shape) > 2 else np.zeros(index_shape, int)
    if x.shape[axis]:
        expected = np.take_along_axis(x, indices, axis)
        np.testing.assert_array_equal(take_along_axis(x, indices, axis), expected)


def test_an_index_beyond_the_end_is_an_error():
    with pytest.raises(IndexError):
        take_along_axis(np.ones((2, 3)), np.array([[0], [3]]))
