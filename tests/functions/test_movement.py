"""Moving, padding, repeating and picking elements: equal to NumPy over grids of arguments, or refused by name."""

import numpy as np
import pytest

import rung.functions as F
from rung import Variable
from rung.errors import RungError
from rung.transform import vmap

X = np.arange(12.0).reshape(3, 4) ** 2 + 1

MODES = ["constant", "edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect", "symmetric", "wrap"]
SHAPES = [(3, 4), (1, 3), (4,), (2, 1, 3), (2, 0), (0, 3), (0,), ()]


def _widths(ndim):
    """A number, pairs, one for each axis, on one side alone, none, and longer than the axis."""
    same = [0, 1, (2, 1), (0, 3), [(1, 2)]] if ndim else [0, 1, (2, 1)]
    each = [tuple((i, 2 * i) for i in range(ndim)), ((0, 9),) * ndim, ((7, 0),) * ndim] if ndim else []
    return same + each


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("mode", MODES)
def test_pad_is_numpys(mode, dtype):
    for shape in SHAPES:
        x = np.cos(np.arange(np.prod(shape, dtype=int), dtype=dtype)).reshape(shape)
        for widths in _widths(len(shape)):
            try:
                expected = np.pad(x, widths, mode)
            except ValueError:
                with pytest.raises(RungError, match=r"^pad: mode '\w+' needs an element on axis \d"):
                    F.pad(x, widths, mode)
                continue
            y = F.pad(x, widths, mode)
            assert y.dtype == dtype
            assert y.shape == expected.shape, (shape, widths)
            np.testing.assert_allclose(y.data, expected, rtol=1e-14 if dtype is np.float64 else 1e-6, atol=1e-7)


@pytest.mark.parametrize("mode", ["constant", "edge", "maximum", "minimum", "reflect", "symmetric", "wrap"])
@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.bool_])
def test_pad_keeps_the_dtype_of_what_it_only_moves(mode, dtype):
    x = np.array([[0, 1, 1], [1, 0, 1]]).astype(dtype)
    y = F.pad(x, (1, 2), mode)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y.data, np.pad(x, (1, 2), mode))


def test_pad_with_values():
    np.testing.assert_array_equal(F.pad(X, 2, value=-1.5).data, np.pad(X, 2, constant_values=-1.5))
    ramp = F.pad(X, ((3, 1), (0, 2)), "linear_ramp", end_value=4.0)
    np.testing.assert_allclose(ramp.data, np.pad(X, ((3, 1), (0, 2)), "linear_ramp", end_values=4.0), rtol=1e-14)


@pytest.mark.parametrize("shift", [0, 1, -1, 7, -13, np.int64(2), (1, 2), [3, -1], np.array([2, 5])])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), (1, -2)])
def test_roll_is_numpys_and_its_gradient_rolls_back(shift, axis):
    x = Variable(X)
    y = F.roll(x, shift, axis)
    np.testing.assert_array_equal(y.data, np.roll(X, shift, axis))
    y.backward(grad=np.roll(X, shift, axis))
    np.testing.assert_array_equal(x.grad.data, X)


@pytest.mark.parametrize("repeats", [0, 1, 3, (2,), (2, 1), (1, 0), (2, 1, 3), np.array([2, 3]), ()])
@pytest.mark.parametrize("x", [X, X[0], np.array(2.0), np.zeros((0, 2)), np.arange(3)])
def test_tile_is_numpys(x, repeats):
    y = F.tile(x, repeats)
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y.data, np.tile(x, repeats))


@pytest.mark.parametrize(
    ("repeats", "axis"),
    [(2, None), (0, None), (3, 0), (1, -1), ([2], 1), ([1, 0, 2], 0), (np.array([0, 0, 0, 0]), 1), (range(4), -1)],
)
def test_repeat_is_numpys(repeats, axis):
    np.testing.assert_array_equal(F.repeat(X, repeats, axis).data, np.repeat(X, repeats, axis))


def test_nothing_can_be_repeated():
    assert F.repeat(np.zeros((0, 2)), 3, 0).shape == (0, 2)
    assert F.repeat(np.zeros((0, 2)), [], 0).shape == (0, 2)
    assert F.repeat(np.array(2.0), 3).tolist() == [2, 2, 2]


@pytest.mark.parametrize("k", [0, 1, -1, 3, -2, 9, -9])
@pytest.mark.parametrize("x", [X, X[0], np.zeros(0), np.zeros((0, 2)), np.arange(3)])
def test_diag_is_numpys(x, k):
    y = F.diag(x, k)
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y.data, np.diag(x, k))


@pytest.mark.parametrize("indexing", ["xy", "ij"])
@pytest.mark.parametrize("sizes", [(), (3,), (2, 3), (2, 3, 4), (2, 0)])
def test_meshgrid_is_numpys(sizes, indexing):
    xs = [np.arange(float(n)) + n for n in sizes]
    for y, expected in zip(F.meshgrid(*xs, indexing=indexing), np.meshgrid(*xs, indexing=indexing), strict=True):
        np.testing.assert_array_equal(y.data, expected)


# Picking and putting by indices -------------------------------------------------------------------------------------

INDICES = [2, -1, [0, 2, 0], [-1, -3], [[1, 2], [0, -2]], [], np.array([1], np.uint8), np.zeros((2, 0), int)]


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_take_is_numpys(index, axis):
    whole = np.asarray(index, dtype=int)
    np.testing.assert_array_equal(F.take(X, index, axis).data, np.take(X, whole, axis))
    x = Variable(X)
    y = F.take(x, index, axis)
    y.backward()
    counted = np.zeros(12 if axis is None else X.shape[axis])
    np.add.at(counted, whole, 1.0)
    shape = {None: (3, 4), 0: (3, 1)}.get(axis, (1, 4))
    np.testing.assert_array_equal(x.grad.data, np.broadcast_to(counted.reshape(shape), X.shape))


@pytest.mark.parametrize(
    ("shape", "axis"), [((3, 2), 1), ((2, 7), -1), ((5, 4), 0), ((1, 1), 0), ((0, 4), 0), ((3, 0), 1)]
)
def test_gather_and_scatter_add_are_loops(shape, axis):
    rng = np.random.default_rng(0)
    index = rng.integers(-X.shape[axis], X.shape[axis], shape)
    values = rng.standard_normal(shape)
    gathered, scattered = np.zeros(shape), X.copy()
    for at in np.ndindex(*shape):
        place = list(at)
        place[axis] = index[at]
        gathered[at] = X[tuple(place)]
        scattered[tuple(place)] += values[at]
    np.testing.assert_array_equal(F.gather(X, index, axis).data, gathered)
    np.testing.assert_allclose(F.scatter_add(X, index, values, axis).data, scattered, rtol=1e-14)


UPDATES = [
    0, -1, (slice(None), 2), ..., None, (1, slice(None, None, -2)), [0, 2, 0], [-1, 2], [], X > 20,
    np.zeros((3, 4), bool), np.array([True, False, True]), ([0, 1, 0], [1, 1, 1]), (slice(1, 1),),
    (None, 1, [3, 3, 0]),
]  # fmt: skip


@pytest.mark.parametrize("index", UPDATES, ids=str)
def test_index_update_is_numpys_and_the_last_of_several_values_counts(index):
    values = np.random.default_rng(0).standard_normal(X[index].shape)
    expected, winner = X.copy(), np.full(X.shape, -1)
    expected[index] = values
    winner[index] = np.arange(values.size).reshape(values.shape)
    x, v = Variable(X), Variable(values)
    y = F.index_update(x, index, v)
    np.testing.assert_array_equal(y.data, expected)
    weights = np.sqrt(X)
    if not values.size:
        return
    y.backward(grad=weights)
    np.testing.assert_array_equal(x.grad.data, np.where(winner < 0, weights, 0))
    gradient = np.zeros(values.size)
    gradient[winner[winner >= 0]] = weights[winner >= 0]
    np.testing.assert_array_equal(v.grad.data.ravel(), gradient)


@pytest.mark.parametrize("index", [0, (slice(None), [0, 2]), X > 20, [-1, 0]], ids=str)
def test_index_update_with_a_number_and_with_what_broadcasts(index):
    expected = X.copy()
    expected[index] = 7.0
    np.testing.assert_array_equal(F.index_update(X, index, 7.0).data, expected)
    np.testing.assert_array_equal(F.index_update(X, index, np.full(1, 7.0)).data, expected)
    v = Variable(7.0)
    F.index_update(X, index, v).backward()
    assert v.grad.item() == X[index].size


def test_indices_that_differ_from_example_to_example():
    index = np.array([[0, 3, 3], [-1, 1, 0], [2, 2, 2]])
    rows = vmap(lambda x, i: F.take(x, i) + F.gather(x, i))(X, index)
    np.testing.assert_array_equal(rows.data, 2 * np.take_along_axis(X, index, 1))
    added = vmap(lambda x, i: F.scatter_add(x, i, x[:3]))(X, index)
    expected = X.copy()
    np.add.at(expected, (np.arange(3)[:, None], index), X[:, :3])
    np.testing.assert_array_equal(added.data, expected)


ZEROS, ONES = np.zeros((3, 1), int), np.ones((3, 1))

REFUSED = {
    "pad a negative width": lambda: F.pad(X, -1),
    "pad half a width": lambda: F.pad(X, 1.5),
    "pad too many axes": lambda: F.pad(X, ((1, 1),) * 3),
    "pad ragged widths": lambda: F.pad(X, ((1,), (1, 2))),
    "pad by a name": lambda: F.pad(X, "1"),
    "pad an unknown mode": lambda: F.pad(X, 1, "mirror"),
    "pad an unknown mode by nothing": lambda: F.pad(X, 0, "mirror"),
    "roll an axis that is not there": lambda: F.roll(X, 1, 2),
    "roll by a fraction": lambda: F.roll(X, 1.5),
    "roll by too many": lambda: F.roll(X, (1, 2, 3), (0, 1)),
    "roll an axis twice": lambda: F.roll(X, (1, 2), (1, 1)),
    "tile by less than nothing": lambda: F.tile(X, -1),
    "tile by a fraction": lambda: F.tile(X, 1.5),
    "repeat by less than nothing": lambda: F.repeat(X, [1, 1, -1], 0),
    "repeat by a fraction": lambda: F.repeat(X, 1.5),
    "repeat too few": lambda: F.repeat(X, [1, 2], 1),
    "repeat ragged": lambda: F.repeat(X, [[1], [2, 3]], 1),
    "repeat an axis that is not there": lambda: F.repeat(X, 2, 2),
    "diag of three axes": lambda: F.diag(np.zeros((1, 1, 1))),
    "diag of a number": lambda: F.diag(2.0),
    "diag between diagonals": lambda: F.diag(X, 0.5),
    "meshgrid of matrices": lambda: F.meshgrid(X, X),
    "meshgrid unknown": lambda: F.meshgrid(X[0], indexing="yx"),
    "flip an axis that is not there": lambda: F.flip(X, 2),
    "take above": lambda: F.take(X, [4], 1),
    "take below": lambda: F.take(X, np.array([-5]), 1),
    "take above all": lambda: F.take(X, 12),
    "take fractions": lambda: F.take(X, np.array([1.0]), 1),
    "take fractions of a list": lambda: F.take(X, [1.7], 1),
    "take by booleans": lambda: F.take(X, [True, False], 1),
    "take by names": lambda: F.take(X, ["a"], 1),
    "take ragged": lambda: F.take(X, [[0], [1, 2]], 1),
    "take of nothing": lambda: F.take(np.zeros((0, 2)), [0], 0),
    "take an axis that is not there": lambda: F.take(X, 0, 2),
    "gather above": lambda: F.gather(X, ZEROS + 4),
    "gather longer": lambda: F.gather(X, np.zeros((4, 1), int)),
    "gather flat": lambda: F.gather(X, np.zeros(3, int)),
    "gather fractions": lambda: F.gather(X, ONES),
    "gather by booleans": lambda: F.gather(X, ONES > 0),
    "gather an axis that is not there": lambda: F.gather(X, ZEROS, 2),
    "take_along_axis above": lambda: F.take_along_axis(X, ZEROS + 4),
    "scatter_add above": lambda: F.scatter_add(X, ZEROS + 4, ONES),
    "scatter_add below": lambda: F.scatter_add(X, ZEROS - 5, ONES),
    "scatter_add fractions": lambda: F.scatter_add(X, ONES, ONES),
    "scatter_add by booleans": lambda: F.scatter_add(X, ONES > 0, ONES),
    "scatter_add other values": lambda: F.scatter_add(X, ZEROS, np.ones((3, 2))),
    "scatter_add a number": lambda: F.scatter_add(X, ZEROS, 1.0),
    "scatter_add longer": lambda: F.scatter_add(X, np.zeros((4, 1), int), np.ones((4, 1))),
    "index_update above": lambda: F.index_update(X, 3, 0.0),
    "index_update above in a list": lambda: F.index_update(X, [0, 3], 0.0),
    "index_update too many": lambda: F.index_update(X, (0, 0, 0), 0.0),
    "index_update fractions": lambda: F.index_update(X, 1.5, 0.0),
    "index_update by a mask of another shape": lambda: F.index_update(X, np.ones(5, bool), 0.0),
    "index_update other values": lambda: F.index_update(X, 0, np.ones(3)),
    "index_update more values": lambda: F.index_update(X, 0, np.ones((2, 4))),
    "get_item above": lambda: F.get_item(X, 3),
    "get_item of lists that do not fit": lambda: F.get_item(X, ([0, 1], [0, 1, 2])),
    "average by other weights": lambda: F.average(X, weights=np.ones(4)),
    "average by a vector along two axes": lambda: F.average(X, (0, 1), np.ones(4)),
    "average an axis that is not there": lambda: F.average(X, 2),
    "cumprod an axis that is not there": lambda: F.cumprod(X, 2),
    "cumsum an axis that is not there": lambda: F.cumsum(X, 2),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_by_name(name):
    with pytest.raises(RungError) as refusal:
        REFUSED[name]()
    assert str(refusal.value).startswith(f"{name.split()[0]}: ")
    assert "\n" not in str(refusal.value)
