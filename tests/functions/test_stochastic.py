"""Random draws: reproducible, distributed as they should be, with the gradients of their formulas, in vmap too."""

import math

import numpy as np
import pytest

import rung
import rung.functions as F
from rung import Variable
from rung.errors import RungError
from rung.transform import grad, vmap

P = np.array([[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])
SCORES = np.log(np.array([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]]))
N = 40_000

DRAWS = {
    "normal": lambda: F.normal(1.0, 2.0, shape=(3, 4)),
    "uniform": lambda: F.uniform(-1.0, 2.0, shape=(3, 4)),
    "bernoulli": lambda: F.bernoulli(0.5, shape=(3, 4)),
    "categorical": lambda: F.categorical(np.zeros((3, 4))),
    "multinomial": lambda: F.multinomial(20, P),
    "gumbel_softmax": lambda: F.gumbel_softmax(SCORES),
    "permutation": lambda: F.permutation(20),
    "permutation of rows": lambda: F.permutation(np.arange(20.0)),
    "dropout": lambda: F.dropout(np.ones((5, 5))),
}


@pytest.mark.parametrize("name", DRAWS)
def test_one_seed_gives_the_same_numbers_and_another_does_not(name):
    drawn = []
    for seed in (1, 1, 2):
        rung.seed(seed)
        drawn.append([DRAWS[name]().tolist() for _ in range(3)])
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0][0] != drawn[0][1] or drawn[0][1] != drawn[0][2], "the generator goes on"


@pytest.mark.parametrize("name", DRAWS)
def test_numpys_generator_is_neither_read_nor_moved(name):
    rung.seed(1)
    np.random.seed(0)
    before = np.random.get_state()[1].copy()
    first = DRAWS[name]().tolist()
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    np.random.seed(5)
    rung.seed(1)
    assert DRAWS[name]().tolist() == first


# Distributions: every mean within 5 standard deviations of its own ------------------------------------------------


def within_5_sigma(samples, mean, deviation):
    samples = np.asarray(samples, float)
    assert abs(samples.mean() - mean) <= 5 * deviation / math.sqrt(samples.size)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_moments_of_normal_and_uniform(dtype):
    e = F.normal(shape=N, dtype=dtype).data
    assert e.dtype == dtype
    e = e.astype(float)
    for power, (moment, deviation) in {1: (0, 1), 2: (1, 2**0.5), 3: (0, 15**0.5), 4: (3, 96**0.5)}.items():
        within_5_sigma(e**power, moment, deviation)
    u = F.uniform(shape=N, dtype=dtype).data.astype(float)
    assert u.min() >= 0
    assert u.max() < 1 or dtype is np.float16  # half precision rounds up to 1
    within_5_sigma(u, 1 / 2, 12**-0.5)
    within_5_sigma(u**2, 1 / 3, (1 / 5 - 1 / 9) ** 0.5)


def test_parameters_move_and_scale():
    within_5_sigma(F.normal(np.float64(3.0), 0.5, shape=N).data, 3, 0.5)
    u = F.uniform(-2.0, 6.0, shape=N, dtype=np.float64).data
    assert -2 <= u.min() < u.max() < 6
    within_5_sigma(u, 2, 8 * 12**-0.5)
    assert np.corrcoef(F.normal(shape=(2, N)).data)[0, 1] == pytest.approx(0, abs=5 / N**0.5)


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_bernoulli_is_1_as_often_as_it_should(p):
    y = F.bernoulli(p, shape=N)
    assert set(np.unique(y.data)) <= {0, 1}
    assert not y.differentiable
    within_5_sigma(y.data, p, (p * (1 - p)) ** 0.5)


def test_bernoulli_of_an_array():
    p = Variable(np.array([0.0, 0.25, 1.0]))
    y = F.bernoulli(p, shape=(N, 3))
    assert not y.differentiable
    assert y.dtype == p.dtype
    assert y.data[:, 0].max() == 0
    assert y.data[:, 2].min() == 1
    within_5_sigma(y.data[:, 1], 0.25, (0.25 * 0.75) ** 0.5)


def test_categorical_draws_as_often_as_softmax_says():
    for axis in (-1, 0):
        scores = np.repeat(SCORES[None], N, 0) if axis == -1 else np.repeat(SCORES.T[:, None], N, 1)
        labels = F.categorical(Variable(scores), axis)
        assert labels.shape == (N, 2)
        assert not labels.differentiable
        for row in range(2):
            for label, p in enumerate(np.exp(SCORES[row])):
                within_5_sigma(labels.data[:, row] == label, p, (p * (1 - p)) ** 0.5)


def test_categorical_never_draws_what_has_no_probability():
    with np.errstate(all="ignore"):
        labels = F.categorical(np.tile([0.0, -np.inf, 0.0], (N, 1)))
    assert 1 not in labels.data


def test_multinomial_counts_sum_to_n():
    counts = F.multinomial(7, np.repeat(P[None], 5000, 0))
    assert counts.shape == (5000, 2, 3)
    assert counts.dtype.kind == "i"
    assert counts.data.min() >= 0
    assert (counts.data.sum(-1) == 7).all()
    assert counts.data[:, 1, 2].max() == 0
    for (row, label), p in np.ndenumerate(P):
        within_5_sigma(counts.data[:, row, label], 7 * p, (7 * p * (1 - p)) ** 0.5)
    together = (counts.data[:, 0, 0] - 0.7) * (counts.data[:, 0, 1] - 1.4)
    within_5_sigma(together, -7 * 0.1 * 0.2, together.std())


def test_multinomial_of_nothing():
    assert F.multinomial(0, P).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert F.multinomial(5, np.ones((2, 1))).tolist() == [[5], [5]]
    assert F.multinomial(5, np.ones((0, 3)) / 3).shape == (0, 3)
    assert F.multinomial(5, P, dtype=np.float32).dtype == np.float32


def test_a_permutation_has_every_number_once_and_every_order_is_equally_likely():
    assert sorted(F.permutation(50).tolist()) == list(range(50))
    assert F.permutation(0).shape == (0,)
    orders = np.array([F.permutation(3).tolist() for _ in range(3000)]) @ [9, 3, 1]
    _, counts = np.unique(orders, return_counts=True)
    assert len(counts) == 6
    assert abs(counts - 500).max() <= 5 * math.sqrt(3000 * 1 / 6 * 5 / 6)


def test_rows_are_permuted_with_their_gradients():
    rows = np.arange(12.0).reshape(6, 2)
    x = Variable(rows)
    y = F.permutation(x)
    assert sorted(y.tolist()) == rows.tolist()
    y.backward(grad=y.data * 2)
    np.testing.assert_array_equal(x.grad.data, rows * 2)


@pytest.mark.parametrize("ratio", [0.2, 0.5, 0.9])
def test_dropout_drops_as_many_as_it_should_and_keeps_the_mean(ratio):
    x = Variable(np.full(N, 2.0))
    y = F.dropout(x, ratio)
    assert set(np.unique(y.data.round(9))) == {0.0, round(2 / (1 - ratio), 9)}
    within_5_sigma(y.data == 0, ratio, (ratio * (1 - ratio)) ** 0.5)
    y.backward()
    np.testing.assert_allclose(x.grad.data, y.data / 2)


def test_dropout_does_nothing_in_test_mode_or_with_a_ratio_of_0():
    x = Variable(np.ones(5))
    with rung.test_mode():
        assert F.dropout(x, 0.9) is x
    assert F.dropout(x, 0.0) is x


# Shapes and dtypes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draw", [F.normal, F.uniform])
def test_parameters_broadcast(draw):
    a, b = np.zeros((3, 1)), np.ones(4)
    assert draw(a, b).shape == (3, 4)
    assert draw(a, b, shape=(2, 1, 1)).shape == (2, 3, 4)
    assert draw().shape == ()
    assert draw(shape=5).shape == (5,)
    assert draw(a[:0], 1.0).shape == (0, 1)
    assert draw(a.astype(np.float32), 1.0).dtype == np.float32
    assert draw(0.0, 1.0).dtype == rung.config.get_default_dtype()
    assert draw(shape=2, dtype=np.float64).dtype == np.float64
    assert draw(np.zeros(2, int), 1.0).dtype.kind == "f"
    assert not draw(a, b).differentiable


# Gradients ----------------------------------------------------------------------------------------------------------


def test_gradients_of_normal_are_1_and_the_noise():
    mean, std = Variable(np.array([[1.0], [2.0]])), Variable(np.array([0.5, 1.0, 2.0]))
    y = F.normal(mean, std)
    noise = (y.data - mean.data) / std.data
    y.backward()
    np.testing.assert_array_equal(mean.grad.data, [[3], [3]])
    np.testing.assert_allclose(std.grad.data, noise.sum(0), rtol=1e-12)


def test_gradients_of_uniform_are_the_shares_of_both_ends():
    low, high = Variable(np.array([[1.0], [2.0]])), Variable(np.array([5.0, 6.0, 7.0]))
    y = F.uniform(low, high)
    u = (y.data - low.data) / (high.data - low.data)
    y.backward()
    np.testing.assert_allclose(low.grad.data, (1 - u).sum(1, keepdims=True), rtol=1e-12)
    np.testing.assert_allclose(high.grad.data, u.sum(0), rtol=1e-12)


def _softmax_gradient(y, weights, temperature, axis):
    return y * (weights - (y * weights).sum(axis, keepdims=True)) / temperature


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("axis", [-1, 0])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_gumbel_softmax_has_the_gradient_of_the_soft_choice(hard, axis, temperature):
    x = Variable(SCORES)
    rung.seed(3)
    soft = F.gumbel_softmax(SCORES, temperature, axis=axis).data
    rung.seed(3)
    y = F.gumbel_softmax(x, temperature, hard, axis)
    np.testing.assert_allclose(soft.sum(axis), 1, rtol=1e-12)
    one_hot = (soft == soft.max(axis, keepdims=True)).astype(float)
    np.testing.assert_allclose(y.data, one_hot if hard else soft, atol=1e-15)
    weights = np.arange(6.0).reshape(2, 3) ** 2
    y.backward(grad=weights)
    np.testing.assert_allclose(
        x.grad.data, _softmax_gradient(soft, weights, temperature, axis), rtol=1e-9, atol=1e-12
    )


def test_a_hard_choice_is_exactly_one_hot():
    y = F.gumbel_softmax(np.random.default_rng(0).standard_normal((2000, 5)).astype(np.float32), 0.7, hard=True)
    assert y.dtype == np.float32
    assert set(np.unique(y.data)) == {0, 1}
    assert (y.data.sum(1) == 1).all()


def test_hard_choices_are_as_frequent_as_softmax_says():
    y = F.gumbel_softmax(np.repeat(SCORES[:1], N, 0), 2.0, hard=True).data
    for label, p in enumerate(np.exp(SCORES[0])):
        within_5_sigma(y[:, label], p, (p * (1 - p)) ** 0.5)


# Inside vmap ------------------------------------------------------------------------------------------------------

ROWS = np.tile(SCORES[0], (4, 5, 1))  # 4 examples, all alike, of 5 rows

INSIDE = {
    "normal": lambda x: F.normal(shape=(3,)) + x[0, 0],
    "normal around the example": lambda x: F.normal(x, 1.0),
    "normal of a learnt width": lambda x: F.normal(0.0, F.exp(x)),
    "uniform": lambda x: F.uniform(x, x + 1.0),
    "bernoulli": lambda x: F.bernoulli(F.sigmoid(x), shape=(8, 5, 3)),
    "categorical": lambda x: F.categorical(F.concat([x] * 8)),
    "gumbel_softmax": lambda x: F.gumbel_softmax(x),
    "hard gumbel_softmax": lambda x: F.gumbel_softmax(F.concat([x] * 8), hard=True),
    "permutation": lambda x: F.permutation(20) + F.cast(x[0, 0], int),
    "permutation of rows": lambda x: F.permutation(F.concat([x] * 4) + np.arange(20.0)[:, None]),
    "dropout": lambda x: F.dropout(x),
    "what no example is in": lambda x: F.normal(shape=(3,)),
}


def _all_differ(examples):
    return len({np.asarray(example).tobytes() for example in examples}) == len(examples)


@pytest.mark.parametrize("name", INSIDE)
def test_every_example_of_a_vmap_gets_numbers_of_its_own(name):
    f = INSIDE[name]
    rung.seed(0)
    y = vmap(f)(ROWS)
    assert y.shape == (4, *f(Variable(ROWS[0])).shape)
    assert _all_differ(y.data)
    rung.seed(0)
    np.testing.assert_array_equal(vmap(f)(ROWS).data, y.data)


@pytest.mark.parametrize("name", INSIDE)
def test_every_example_of_nested_vmaps_gets_numbers_of_its_own(name):
    f = INSIDE[name]
    y = vmap(lambda x: vmap(f)(x))(np.stack([ROWS] * 3))
    assert y.shape == (3, 4, *f(Variable(ROWS[0])).shape)
    assert _all_differ(y.data.reshape(12, -1))
    outer = vmap(lambda x: vmap(lambda z, x=x: f(x) + 0 * z)(np.zeros(4)))(ROWS[:3])
    assert _all_differ(outer.data.reshape(12, -1))


def test_draws_inside_vmap_are_distributed_as_outside():
    y = vmap(lambda x: F.normal(x, 2.0))(np.full(N, 3.0))
    within_5_sigma(y.data, 3, 2)
    labels = vmap(F.categorical)(np.repeat(SCORES[:1], N, 0))
    within_5_sigma(labels.data == 2, 0.7, (0.7 * 0.3) ** 0.5)


def test_gradients_inside_and_through_a_vmap():
    mean, std = np.zeros(6), Variable(np.arange(1.0, 7.0))
    y = vmap(F.normal)(mean, std)
    noise = y.data / std.data
    y.backward()
    np.testing.assert_allclose(std.grad.data, noise, rtol=1e-12)
    inside = vmap(lambda s: grad(F.normal(1.0, s), s))(np.ones(6))
    assert _all_differ(inside.data)


def test_multinomial_inside_vmap_says_what_to_do():
    with pytest.raises(RungError, match="multinomial: inside vmap"):
        vmap(lambda p: F.multinomial(3, p))(P)


# Refusals -----------------------------------------------------------------------------------------------------------

REFUSED = {
    "dropout of all": lambda: F.dropout(np.ones(3), 1.0),
    "dropout below 0": lambda: F.dropout(np.ones(3), -0.1),
    "dropout of NaN": lambda: F.dropout(np.ones(3), math.nan),
    "bernoulli above 1": lambda: F.bernoulli(1.5),
    "bernoulli below 0": lambda: F.bernoulli(np.array([0.5, -0.1])),
    "bernoulli of NaN": lambda: F.bernoulli(np.array([0.5, math.nan])),
    "bernoulli of integers": lambda: F.bernoulli(0.5, 3, int),
    "multinomial of less than nothing": lambda: F.multinomial(-1, P),
    "multinomial of a half": lambda: F.multinomial(0.5, P),
    "multinomial that does not sum to 1": lambda: F.multinomial(3, P * 0.9),
    "multinomial of a number": lambda: F.multinomial(3, 1.0),
    "categorical without an axis": lambda: F.categorical(1.0),
    "categorical of an axis that is not there": lambda: F.categorical(SCORES, 2),
    "gumbel_softmax of temperature 0": lambda: F.gumbel_softmax(SCORES, 0.0),
    "gumbel_softmax of an axis that is not there": lambda: F.gumbel_softmax(SCORES, axis=2),
    "permutation of less than nothing": lambda: F.permutation(-1),
    "permutation of a number": lambda: F.permutation(2.5),
    "normal of integers": lambda: F.normal(dtype=int),
    "normal of shapes that do not broadcast": lambda: F.normal(np.zeros(3), np.ones(2)),
    "normal of another shape": lambda: F.normal(np.zeros(3), shape=(2,)),
    "normal of a shape of fractions": lambda: F.normal(shape=(1.5,)),
    "uniform of a name": lambda: F.uniform("0", 1.0),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_drawn_is_refused_by_name(name):
    with pytest.raises(RungError) as refusal:
        REFUSED[name]()
    assert str(refusal.value).startswith(f"{name.split()[0]}: ")


def test_a_draw_of_exactly_zero_is_no_infinity(monkeypatch):
    class Zeros:
        def random(self, shape, dtype):
            return np.zeros(shape, dtype)

    monkeypatch.setattr("rung.functions.stochastic.generator", lambda xp: Zeros())
    with np.errstate(divide="raise"):
        y = F.gumbel_softmax(np.array([0.0, 1.0, 2.0]))
    assert np.isfinite(y.data).all()


def test_draws_that_rounding_leaves_over_go_to_the_last_class(monkeypatch):
    class Few:
        def binomial(self, n, p):
            return np.minimum(n, 1)

    monkeypatch.setattr("rung.functions.stochastic.generator", lambda xp: Few())
    np.testing.assert_array_equal(F.multinomial(10, np.array([0.5, 0.5])).data, [1, 9])
