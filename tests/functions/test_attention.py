"""Attention, rotations and tables of vectors: what the properties of every op do not say."""

import math
import tracemalloc

import numpy as np
import pytest

import rung
import rung.functions as F
from rung import Variable
from rung.errors import DTypeError, IndexRangeError, RungError, ShapeError, ValueRangeError
from rung.functions.attention import blocks
from rung.testing import check_op
from rung.transform import grad, hvp, jvp, vmap

RNG = np.random.default_rng(0)
INF = float("inf")


def normal(*shape):
    return RNG.standard_normal(shape)


def plain(q, k, v, mask=None, causal=False, scale=None):
    """Attention as the paper writes it, on whole scores, in ops."""
    scores = F.matmul(q, F.swapaxes(k, -1, -2)) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if mask is not None:
        scores = F.where(mask, scores, -1e300) if mask.dtype == bool else scores + mask
    if causal:
        scores = F.where(np.tri(q.shape[-2], k.shape[-2], k.shape[-2] - q.shape[-2], dtype=bool), scores, -1e300)
    return F.matmul(F.softmax(scores), v)


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of a few scores, so that small arrays have many of them."""
    monkeypatch.setattr(blocks, "ROWS", 3)
    monkeypatch.setattr(blocks, "BLOCK", 12)


MASKS = {
    "none": None,
    "booleans for all": np.tri(7, 10, 2, dtype=bool),
    "padding": (np.arange(10) < np.array([10, 4])[:, None])[:, None, None, :],
    "booleans for each head": RNG.random((2, 3, 7, 10)) < 0.7,
    "a float for each key": normal(10),
    "floats for each head": normal(3, 7, 10),
    "floats that forbid": np.where(np.tri(7, 10, 1, dtype=bool), 0.0, -INF),
}
MASKS["booleans for each head"][..., 0] = True  # the plain formula knows no rows that see nothing


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("name", MASKS)
def test_many_small_blocks_give_what_whole_scores_give(name, causal, small_blocks):
    mask, inputs = MASKS[name], [normal(2, 3, 7, 4), normal(2, 3, 10, 4), normal(2, 3, 10, 5)]
    results = []
    for f in (F.scaled_dot_product_attention, plain):
        xs = [Variable(x) for x in inputs]
        y = f(*xs, mask=mask, causal=causal)
        results.append([y.data, *[g.data for g in grad(y, xs, np.cos(np.arange(y.size)).reshape(y.shape))]])
    for actual, expected in zip(*results, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-11, atol=1e-12)


def test_blocks_that_stand_differently_beside_the_diagonal_are_cut_differently(small_blocks):
    q, k, v = (normal(13, 4) for _ in range(3))
    actual = F.scaled_dot_product_attention(q, k, v, causal=True).data
    np.testing.assert_allclose(actual, plain(q, k, v, causal=True).data, rtol=1e-11)


def test_an_op_over_small_blocks_has_every_property(small_blocks):
    from functions.references import ORACLES

    op = rung.functions.attention.dot_product.ScaledDotProductAttention
    assert check_op(op, oracle=ORACLES["scaled_dot_product_attention"]) > 50


def test_the_grid_covers_every_score_once(small_blocks):
    for causal in (False, True):
        grid = blocks.Grid((2, 3), 7, 10, causal)
        count = np.zeros((2, 3, 7, 10), int)
        for at, rows in grid.rows():
            for columns in grid.columns(rows):
                count[(*at, ..., rows, columns)] += 1
        seen = np.tri(7, 10, 3, dtype=bool) if causal else np.ones((7, 10), bool)
        assert (count[:, :, seen] == 1).all()
        assert count.max() == 1


def test_128_tokens_are_one_block_of_each_head():
    grid = blocks.Grid((4,), 128, 128, True)
    assert [(at, rows, [*grid.columns(rows)]) for at, rows in grid.rows()] == [((), slice(0, 128), [slice(0, 128)])]


def test_memory_does_not_grow_with_the_square_of_the_length():
    T = 4096
    q, k, v = (Variable(normal(1, T, 16).astype(np.float32)) for _ in range(3))
    grad(F.scaled_dot_product_attention(q, k, v, causal=True), [q, k, v], np.ones(q.shape, np.float32))  # compiles
    tracemalloc.start()
    y = F.scaled_dot_product_attention(q, k, v, causal=True)
    saved, _ = tracemalloc.get_traced_memory()
    grad(y, [q, k, v], np.ones(y.shape, np.float32))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    scores = 4 * T * T  # 64 MiB
    assert saved < scores / 100
    assert peak < scores / 8


# Masks --------------------------------------------------------------------------------------------------------------


def test_rows_that_see_nothing_are_zeros_with_zero_gradients():
    q, k, v = (Variable(normal(2, 5, 4)) for _ in range(3))
    mask = np.ones((5, 5), bool)
    mask[2] = False
    forbidding = np.where(mask, 0.0, -INF)
    for each in (mask, forbidding):
        for create_graph in (False, True):
            y = F.scaled_dot_product_attention(q, k, v, each)
            gradients = grad(y, [q, k, v], normal(2, 5, 4), create_graph=create_graph)
            assert (y.data[:, 2] == 0).all()
            assert (gradients[0].data[:, 2] == 0).all()
            assert all(np.isfinite(g.data).all() for g in gradients)
    second = grad(F.sum(gradients[0] ** 2), [q, k, v])
    assert all(np.isfinite(g.data).all() for g in second)


def test_more_causal_queries_than_keys_see_from_the_last_one():
    q, k, v = normal(4, 2), normal(2, 2), normal(2, 3)
    y = F.scaled_dot_product_attention(q, k, v, causal=True).data
    assert (y[:2] == 0).all()
    np.testing.assert_allclose(y[2], v[0])


def test_no_keys_at_all_give_zeros():
    y = F.scaled_dot_product_attention(Variable(normal(3, 4)), normal(0, 4), normal(0, 2))
    assert (y.data == np.zeros((3, 2))).all()


@pytest.mark.parametrize("later", range(1, 6))
def test_the_future_never_changes_the_past(later, small_blocks):
    q, k, v = (normal(2, 6, 4) for _ in range(3))
    before = F.scaled_dot_product_attention(q, k, v, causal=True).data
    for x in (q, k, v):
        x[:, later:] = 1e3 * normal(2, 6 - later, 4)
    after = F.scaled_dot_product_attention(q, k, v, causal=True).data
    assert (before[:, :later] == after[:, :later]).all()
    assert (before[:, later:] != after[:, later:]).any()


def test_no_gradient_comes_from_the_past_to_the_future():
    q, k, v = (Variable(normal(6, 4)) for _ in range(3))
    y = F.scaled_dot_product_attention(q, k, v, causal=True)
    for g in grad(F.sum(y[:3]), [q, k, v]):
        assert (g.data[3:] == 0).all()


def test_what_padding_holds_does_not_matter():
    q, k, v = (normal(2, 3, 5, 4) for _ in range(3))
    mask = (np.arange(5) < np.array([5, 2])[:, None])[:, None, None, :]
    before = F.scaled_dot_product_attention(q, k, v, mask).data
    k[1, :, 2:], v[1, :, 2:] = 1e4, 1e4
    assert (F.scaled_dot_product_attention(q, k, v, mask).data == before).all()


def test_large_scores_do_not_overflow():
    q = np.array([[1e4, 0.0], [0.0, -1e4]], np.float32)
    y = F.scaled_dot_product_attention(q, q, np.eye(2, dtype=np.float32))
    np.testing.assert_array_equal(y.data, np.eye(2))


def test_a_bias_of_floats_learns_and_does_not_widen():
    q = Variable(normal(2, 3, 4, 6).astype(np.float32))
    bias = Variable(normal(3, 4, 4))
    y = F.scaled_dot_product_attention(q, q, q, bias)
    assert y.dtype == np.float32
    g = grad(y, bias, normal(2, 3, 4, 6).astype(np.float32))
    assert g.shape == (3, 4, 4)
    assert g.dtype == np.float64
    np.testing.assert_allclose(g.data.sum(axis=-1), 0, atol=1e-6)


# Heads, leading axes, modes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("few", [1, 2, 6])
@pytest.mark.parametrize("mask", [None, RNG.random((6, 5, 5)) < 0.8, RNG.random((2, 1, 5, 5)) < 0.8, normal(5, 5)])
def test_fewer_heads_of_keys_are_each_repeated_for_a_group(few, mask):
    q, k, v = normal(2, 6, 5, 4), normal(2, few, 5, 4), normal(2, few, 5, 3)
    xs = [Variable(x) for x in (q, k, v)]
    y = F.scaled_dot_product_attention(*xs, mask, causal=True)
    repeated = F.scaled_dot_product_attention(
        xs[0], F.repeat(xs[1], 6 // few, -3), F.repeat(xs[2], 6 // few, -3), mask, causal=True
    )
    np.testing.assert_allclose(y.data, repeated.data, rtol=1e-12)
    weights = normal(2, 6, 5, 3)
    for a, e in zip(grad(y, xs, weights), grad(repeated, xs, weights), strict=True):
        np.testing.assert_allclose(a.data, e.data, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("lead", [(), (3,), (2, 3), (2, 1, 3), (0, 2)])
def test_any_leading_axes(lead):
    q, k, v = (normal(*lead, 4, 3) for _ in range(3))
    y = F.scaled_dot_product_attention(q, k, v).data
    assert y.shape == (*lead, 4, 3)
    for at in np.ndindex(lead):
        np.testing.assert_allclose(y[at], F.scaled_dot_product_attention(q[at], k[at], v[at]).data, rtol=1e-12)


def test_half_precision_computes_in_single():
    q, k, v = (Variable(8 * normal(2, 16, 8).astype(np.float16)) for _ in range(3))
    y = F.scaled_dot_product_attention(q, k, v)
    exact = plain(*[x.data.astype(float) for x in (q, k, v)])
    assert y.dtype == np.float16
    np.testing.assert_allclose(y.data, exact.data, rtol=2e-3, atol=1e-2)
    assert all(g.dtype == np.float16 for g in grad(y, [q, k, v]))


def test_third_derivatives():
    x = normal(3, 2)

    def f(x):
        return F.sum(F.scaled_dot_product_attention(x, x * x, F.sin(x), causal=True) ** 2)

    def g(x):
        return F.sum(plain(x, x * x, F.sin(x), causal=True) ** 2)

    directions = normal(3, 2), normal(3, 2)

    def third(f):
        return jvp(lambda x: hvp(f, x, directions[0]), [x], [directions[1]])[1].data

    np.testing.assert_allclose(third(f), third(g), rtol=1e-8, atol=1e-9)


def test_vmap_over_any_of_the_inputs_and_the_gradient_of_each_example():
    q, k, v, mask = normal(3, 2, 5, 4), normal(2, 5, 4), normal(3, 2, 5, 4), RNG.random((3, 5, 5)) < 0.7

    def f(q, v, mask):
        y = F.scaled_dot_product_attention(q, k, v, mask, causal=True)
        return y, grad(F.sum(y * y), q)

    together = vmap(f)(q, v, mask)
    for i in range(3):
        for whole, each in zip(together, f(Variable(q[i]), v[i], mask[i]), strict=True):
            np.testing.assert_allclose(whole.data[i], each.data, rtol=1e-10, atol=1e-12)


def test_vmap_with_fewer_heads_of_keys():
    q, k = normal(3, 4, 5, 2), normal(3, 2, 5, 2)
    together = vmap(lambda q, k: F.scaled_dot_product_attention(q, k, k))(q, k)
    for i in range(3):
        np.testing.assert_allclose(
            together.data[i], F.scaled_dot_product_attention(q[i], k[i], k[i]).data, rtol=1e-12
        )


# Dropout ------------------------------------------------------------------------------------------------------------


def test_dropout_keeps_the_mean_and_drops_as_often_as_it_says():
    rung.seed(0)
    T = 400
    q, k = np.zeros((T, 2)), np.zeros((T, 2))
    y = F.scaled_dot_product_attention(q, k, np.eye(T), dropout=0.3).data * T  # the factors themselves
    values = np.unique(y.round(9))
    np.testing.assert_allclose(values, [0, 1 / 0.7])
    assert abs((y == 0).mean() - 0.3) < 5 * math.sqrt(0.21 / T**2)
    assert abs(np.corrcoef(y[0], y[1])[0, 1]) < 5 / math.sqrt(T)


def test_dropout_is_off_in_test_mode_and_follows_the_seed():
    q, k, v = (normal(2, 5, 4) for _ in range(3))
    with rung.test_mode():
        still = F.scaled_dot_product_attention(q, k, v, dropout=0.5).data
    np.testing.assert_array_equal(still, F.scaled_dot_product_attention(q, k, v).data)
    drawn = []
    for seed in (1, 1, 2):
        rung.seed(seed)
        drawn.append(F.scaled_dot_product_attention(q, k, v, dropout=0.5).tolist())
    assert drawn[0] == drawn[1] != drawn[2]


def factors_of(q, k, seed, ratio):
    """What was dropped, seen through values that are the identity."""
    rung.seed(seed)
    eye = np.broadcast_to(np.eye(k.shape[-2]), (*k.shape[:-2], k.shape[-2], k.shape[-2]))
    return F.scaled_dot_product_attention(q, k, eye, dropout=ratio, causal=True).data


@pytest.mark.parametrize("create_graph", [False, True])
def test_backward_drops_what_forward_dropped(create_graph, small_blocks):
    q, k, v = (normal(2, 7, 4) for _ in range(3))
    with rung.test_mode():
        p = factors_of(q, k, 5, 0.4)
    kept = np.where(p > 0, factors_of(q, k, 5, 0.4) / np.where(p > 0, p, 1), 0.0)
    assert 0.1 < (kept[p > 0] == 0).mean() < 0.7
    scores = lambda q, k: F.where(np.tri(7, dtype=bool), q @ F.swapaxes(k, -1, -2) * 0.5, -1e300)
    results = []
    for f in (
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, dropout=0.4, causal=True),
        lambda q, k, v: (F.softmax(scores(q, k)) * kept) @ v,
    ):
        rung.seed(5)
        xs = [Variable(x) for x in (q, k, v)]
        y = f(*xs)
        first = grad(y, xs, np.cos(np.arange(56)).reshape(2, 7, 4), create_graph=create_graph)
        second = grad(F.sum(first[0] * first[1] + first[2] ** 2), xs) if create_graph else []
        results.append([y.data, *[g.data for g in (*first, *second)]])
    for actual, expected in zip(*results, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-10)


def test_dropout_inside_a_checkpoint_is_the_same_again():
    x = normal(2, 6, 4)

    def f(x):
        return F.scaled_dot_product_attention(x, x, x, dropout=0.5) ** 2

    found = []
    for wrap in (lambda x: rung.transform.checkpoint(f, x), f):
        rung.seed(3)
        leaf = Variable(x)
        y = wrap(leaf)
        found.append((y.data.copy(), grad(F.sum(y), leaf).data))
    h = 1e-6
    direction = normal(2, 6, 4)
    assert np.isfinite(found[0][1]).all()
    rung.seed(3)
    ahead = F.sum(rung.transform.checkpoint(f, Variable(x + h * direction))).item()
    rung.seed(3)
    behind = F.sum(rung.transform.checkpoint(f, Variable(x - h * direction))).item()
    assert (ahead - behind) / (2 * h) == pytest.approx(np.sum(found[0][1] * direction), rel=1e-5)


def test_dropout_under_vmap_differs_from_example_to_example_and_has_its_gradient():
    rung.seed(0)
    x = normal(2, 6, 4)
    y = vmap(lambda x: F.scaled_dot_product_attention(x, x, x, dropout=0.5))(np.stack([x, x]))
    assert (y.data[0] != y.data[1]).any()

    def loss(x):
        rung.seed(4)
        return F.sum(vmap(lambda x: F.scaled_dot_product_attention(x, x, x, dropout=0.5) ** 2)(x))

    leaf, direction, h = Variable(np.stack([x, 2 * x])), normal(2, 2, 6, 4), 1e-6
    g = grad(loss(leaf), leaf).data
    slope = (loss(leaf.data + h * direction).item() - loss(leaf.data - h * direction).item()) / (2 * h)
    assert np.sum(g * direction) == pytest.approx(slope, rel=1e-5)


def test_a_gradient_inside_vmap_sees_the_dropout_of_its_example():
    rung.seed(0)
    x, v = normal(3, 6, 4), normal(3, 6, 2)

    def total_and_share(x, v):
        y = F.scaled_dot_product_attention(x, x, v, dropout=0.5)
        return F.sum(y), F.sum(grad(F.sum(y), v) * v)  # the same, for y is linear in v

    totals, shares = vmap(total_and_share)(x, v)
    np.testing.assert_allclose(totals.data, shares.data, rtol=1e-10)


# Errors -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shapes", "mask", "error", "words"),
    [
        (((2, 3), (4, 2), (4, 3)), None, ShapeError, ["same last axis", "(2, 3)", "(4, 2)"]),
        (((2, 3), (4, 3), (5, 3)), None, ShapeError, ["number of positions", "(4, 3)", "(5, 3)"]),
        (((3,), (4, 3), (4, 3)), None, ShapeError, ["an axis of positions"]),
        (((4, 2, 3), (3, 2, 3), (3, 2, 3)), None, ShapeError, ["multiple", "(4, 2, 3)", "(3, 2, 3)"]),
        (((4, 2, 3), (2, 2, 3), (1, 2, 3)), None, ShapeError, ["as many", "(2, 2, 3)", "(1, 2, 3)"]),
        (((2, 3), (4, 3), (4, 3)), np.ones((4, 2), bool), ShapeError, ["(2, 4)", "bool (4, 2)"]),
        (((2, 3), (4, 3), (4, 3)), np.ones((2, 4), int), DTypeError, ["True: may look", "int64 (2, 4)"]),
        (((2, 3), (4, 3), (4, 3)), [[True]], DTypeError, ["True: may look", "list"]),
    ],
)
def test_bad_shapes_and_masks_are_named(shapes, mask, error, words):
    with pytest.raises(error) as caught:
        F.scaled_dot_product_attention(*map(np.ones, shapes), mask)
    assert str(caught.value).startswith("scaled_dot_product_attention: ")
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_dropout_must_be_a_probability():
    with pytest.raises(ValueRangeError, match=r"dropout must be in \[0, 1\), but got 1"):
        F.scaled_dot_product_attention(*[np.ones((2, 2))] * 3, dropout=1)


# Positions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("halves", [False, True])
def test_rotated_products_depend_on_distances_alone(halves):
    q, k = normal(1, 8), normal(1, 8)

    def product(i, j):
        q_i, k_j = (F.rotary_embedding(x, np.array([n]), halves=halves).data for x, n in ((q, i), (k, j)))
        return np.sum(q_i * k_j)

    assert product(3, 1) == pytest.approx(product(103, 101))
    assert product(3, 1) != pytest.approx(product(3, 2))
    np.testing.assert_allclose(np.sum(F.rotary_embedding(q, np.array([7])).data ** 2), np.sum(q**2))


def test_rotary_positions_are_counted_from_0_and_may_differ_between_examples():
    x = normal(2, 3, 4, 6)
    np.testing.assert_array_equal(F.rotary_embedding(x).data, F.rotary_embedding(x, np.arange(4)).data)
    shifted = F.rotary_embedding(x, np.array([[0, 1, 2, 3], [5, 6, 7, 8]])[:, None]).data
    np.testing.assert_array_equal(shifted[1], F.rotary_embedding(x[1], np.arange(5, 9)).data)
    assert F.rotary_embedding(x.astype(np.float32)).dtype == np.float32


def test_rotary_refuses():
    with pytest.raises(ShapeError, match="rotary_embedding: .*even number of features.*float64 \\(3, 5\\)"):
        F.rotary_embedding(normal(3, 5))
    with pytest.raises(ShapeError, match="rotary_embedding: x must have an axis of positions"):
        F.rotary_embedding(normal(4))
    with pytest.raises(ValueRangeError, match="base above 0, but got 0"):
        F.rotary_embedding(normal(3, 4), base=0)


def test_positional_encoding_is_the_papers():
    waves = F.positional_encoding(50, 6, dtype="float64").data
    for t, i in [(0, 0), (7, 1), (49, 2)]:
        assert waves[t, 2 * i] == pytest.approx(math.sin(t / 10000 ** (2 * i / 6)))
        assert waves[t, 2 * i + 1] == pytest.approx(math.cos(t / 10000 ** (2 * i / 6)))
    np.testing.assert_allclose(F.positional_encoding(np.array([3, 49]), 6).data, waves[[3, 49]], rtol=1e-6, atol=1e-7)
    with pytest.raises(ValueRangeError, match="even size of at least 2, but got 5"):
        F.positional_encoding(3, 5)


# Tables -------------------------------------------------------------------------------------------------------------


def test_embedding_picks_rows_and_adds_their_gradients_up():
    W, x = Variable(normal(5, 3)), np.array([[4, 0, 4], [4, 1, 1]])
    y = F.embedding(x, W)
    np.testing.assert_array_equal(y.data, W.data[x])
    gy = normal(2, 3, 3)
    expected = np.zeros((5, 3))
    np.add.at(expected, x, gy)
    np.testing.assert_allclose(grad(y, W, gy).data, expected)


def test_embedding_has_second_derivatives_and_batches():
    W, x = normal(5, 3), np.array([4, 0, 4])
    curvature = hvp(lambda W: F.sum(F.embedding(x, W) ** 3), W, np.ones((5, 3)))
    np.testing.assert_allclose(curvature.data, 6 * W * np.bincount(x, minlength=5)[:, None])
    wholes = np.array([[0, 1], [3, 3]])
    np.testing.assert_array_equal(vmap(lambda x: F.embedding(x, W))(wholes).data, W[wholes])


def test_the_row_of_padding_gets_no_gradient():
    W, x = Variable(normal(4, 2)), np.array([1, 0, 1, 3])
    y = F.embedding(x, W, padding_index=1)
    np.testing.assert_array_equal(y.data, W.data[x])
    np.testing.assert_array_equal(grad(F.sum(y), W).data, [[1, 1], [0, 0], [0, 0], [1, 1]])


@pytest.mark.parametrize(
    ("x", "W", "padding", "error", "words"),
    [
        (
            np.array([0, 5]),
            np.ones((5, 2)),
            None,
            IndexRangeError,
            "from 0 to 4, the rows of W, but they go from 0 to 5",
        ),
        (np.array([-1]), np.ones((5, 2)), None, IndexRangeError, "go from -1 to -1"),
        (np.array([1.0]), np.ones((5, 2)), None, DTypeError, "x must be of integers, but got x = float64"),
        (np.array([True]), np.ones((5, 2)), None, DTypeError, "x must be of integers, but got x = bool"),
        (np.array([1]), np.ones(5), None, ShapeError, "W must have two axes"),
        (np.array([1]), np.ones((5, 2)), 5, IndexRangeError, "padding_index must be from 0 to 4, but got 5"),
    ],
)
def test_embedding_refuses(x, W, padding, error, words):
    with pytest.raises(error, match=words) as caught:
        F.embedding(x, W, padding)
    assert isinstance(caught.value, RungError)
    assert str(caught.value).startswith("embedding: ")


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_what_is_taken_is_added_up_along_any_axis(axis):
    x, index = Variable(normal(3, 4, 5)), np.array([[0, -1], [-3, 0]])
    y = F.take(x, index, axis)
    gy = normal(*y.shape)
    expected = np.zeros((3, 4, 5))
    np.add.at(expected, (*[slice(None)] * (axis % 3), index), gy)
    np.testing.assert_allclose(grad(y, x, gy).data, expected)
