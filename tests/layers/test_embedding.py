"""Layers of vectors for integers and positions."""

import numpy as np
import pytest

import rung
import rung.functions as F
import rung.layers as L
from rung.errors import ShapeError, ValueRangeError
from rung.optimizers import SGD

RNG = np.random.default_rng(0)


def test_embedding_learns_the_rows_that_came_up_and_no_others():
    layer = L.Embedding(5, 3)
    before = layer.W.data.copy()
    optimizer = SGD(0.1).setup(layer)
    F.sum(layer(np.array([[1, 3], [3, 3]]))).backward()
    optimizer.update()
    np.testing.assert_allclose(
        before - layer.W.data, 0.1 * np.array([0, 1, 0, 3, 0])[:, None] * np.ones(3), rtol=1e-5
    )


def test_embedding_begins_with_standard_normal_values_in_the_default_dtype():
    rung.seed(0)
    W = L.Embedding(200, 100).W
    assert W.dtype == np.float32
    assert abs(W.data.std() - 1) < 0.02
    assert abs(W.data.mean()) < 0.02
    assert L.Embedding(3, 2, dtype="float64").W.dtype == np.float64


def test_the_row_of_padding_is_zeros_and_stays_so():
    layer = L.Embedding(4, 2, padding_index=2)
    F.sum(layer(np.array([2, 1, 2])) + 1).backward()
    assert (layer.W.data[2] == 0).all()
    assert (layer.W.grad.data[2] == 0).all()
    assert (layer.W.grad.data[1] == 1).all()


@pytest.mark.parametrize("sizes", [(0, 2), (3, -1), (3.0, 2), (True, 2)])
def test_sizes_are_integers_of_at_least_1(sizes):
    with pytest.raises(ValueRangeError, match="Embedding: expected .*_size to be an integer of at least 1"):
        L.Embedding(*sizes)
    with pytest.raises(ValueRangeError, match="padding_index to be from 0 to 2, but got 3"):
        L.Embedding(3, 2, padding_index=3)


@pytest.mark.parametrize("layer", [L.PositionalEncoding(), L.PositionalEmbedding(9, dtype="float64")])
def test_a_later_start_goes_on_where_the_first_part_ended(layer):
    x = RNG.standard_normal((2, 7, 4))
    whole = layer(x).data
    np.testing.assert_array_equal(layer(x[:, :3]).data, whole[:, :3])
    np.testing.assert_array_equal(layer(x[:, 3:], start=3).data, whole[:, 3:])


def test_waves_are_added_in_the_dtype_of_the_input():
    layer = L.PositionalEncoding()
    for dtype in (np.float32, np.float64):
        y = layer(np.zeros((3, 4), dtype))
        assert y.dtype == dtype
        np.testing.assert_array_equal(y.data, F.positional_encoding(3, 4, dtype=dtype).data)
    assert [*layer.params()] == []


def test_learnt_positions_learn_and_end():
    layer = L.PositionalEmbedding(6, 2)
    F.sum(layer(np.zeros((3, 4, 2), np.float32))).backward()
    np.testing.assert_array_equal(layer.W.grad.data, [[3, 3]] * 4 + [[0, 0]] * 2)
    with pytest.raises(ShapeError, match="positions below max_length = 6, but they go from 3 to 6"):
        layer(np.zeros((4, 2)), start=3)
    with pytest.raises(ShapeError, match="as many features as W"):
        layer(np.zeros((4, 1)))
    with pytest.raises(ShapeError, match="an axis of positions and one of features"):
        layer(np.zeros(4))


def test_embedding_layers_round_trip_through_their_state():
    one, other = (L.PositionalEmbedding(6), L.PositionalEmbedding(6))
    x = RNG.standard_normal((3, 2))
    y = one(x).data
    other.load_state_dict(one.state_dict())
    np.testing.assert_array_equal(other(x).data, y)
