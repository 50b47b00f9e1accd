"""Corners, infinities, NaN, half precision and ties: where formulas that are right elsewhere go wrong in silence."""

import numpy as np
import pytest

import rung.functions as F
from rung import Variable
from rung.errors import DTypeError, ShapeError, ValueRangeError
from rung.transform import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp, vmap

NAN, INF = np.nan, np.inf


@pytest.mark.parametrize(
    "call",
    [
        lambda: F.norm(np.array([NAN, 1.0])), lambda: F.triplet(np.array([NAN, 1.0]), np.zeros(2), np.ones(2)),
        lambda: F.contrastive(np.array([[NAN, 1.0]]), np.zeros((1, 2)), np.array([0])),
        lambda: F.cosine_similarity(np.array([NAN, 1.0]), np.ones(2)),
        lambda: F.binary_cross_entropy(np.array([NAN, 0.5]), np.array([1.0, 0.0])),
        lambda: F.ctc(np.full((3, 1, 3), NAN), np.array([[1]]), [3], [1]), lambda: F.logsumexp(np.array([NAN, 1.0])),
        lambda: F.softmax_cross_entropy(np.array([[NAN, 1.0]]), np.array([0])), lambda: F.max(np.array([1.0, NAN])),
        lambda: F.mean_squared_error(np.array([NAN]), np.ones(1)), lambda: F.huber(np.array([NAN]), np.ones(1)),
        lambda: F.kl_divergence(np.array([NAN]), np.ones(1)), lambda: F.hinge(np.array([NAN]), np.ones(1)),
        lambda: F.var(np.array([NAN, 1.0])), lambda: F.prod(np.array([NAN, 0.0])), lambda: F.relu(np.array(NAN)),
        lambda: F.relu6(np.array(NAN)), lambda: F.hard_sigmoid(np.array(NAN)), lambda: F.clip(np.array(NAN), 0, 1),
        lambda: F.gelu(np.array(NAN)), lambda: F.maximum(np.array(NAN), 1.0), lambda: F.erfinv(np.array(NAN)),
        lambda: F.lgamma(np.array(NAN)), lambda: F.sigmoid(np.array(NAN)), lambda: F.elu(np.array(NAN)),
    ],
)  # fmt: skip
def test_nan_does_not_become_a_number(call):
    with np.errstate(all="ignore"):
        assert np.isnan(call().data).any()


def test_what_does_not_move_may_be_infinite():
    def masked(s):
        return F.log_softmax(F.index_update(s, [2], -INF), 0)[0]

    x = np.array([1.0, 2.0, 3.0])
    v = Variable(x)
    second = jacobian(lambda s: grad(masked(s), s), x)
    np.testing.assert_allclose(hessian(masked, x).data, second.data, atol=1e-12)
    assert abs(second.data[0, 1]) == pytest.approx(0.19661193)
    _, tangent = jvp(lambda y: F.concat([np.array([INF]), y]), [np.ones(1)], [np.ones(1)])
    np.testing.assert_array_equal(tangent.data, [0, 1])
    assert v.grad is None


def test_logsumexp_of_infinities():
    rows = np.array([[-INF, -INF], [INF, 1.0], [-INF, 2.0]])
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(F.logsumexp(rows, 1).data, [-INF, INF, 2.0])
    x = Variable(rows[2:])
    F.logsumexp(x).backward()
    np.testing.assert_array_equal(x.grad.data, [[0, 1]])


def test_shares_of_logsumexp_sum_to_one_where_numbers_are_large():
    x = Variable((1e5 + np.linspace(0, 1, 50)).astype(np.float32))
    F.logsumexp(x).backward()
    assert x.grad.data.sum() == pytest.approx(1, rel=1e-6)


# Half precision -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [
    F.mean, lambda x: F.mean_absolute_error(x, np.zeros(70_000, np.float16)),
    lambda x: F.softmax_cross_entropy(F.stack([x, -x], 1), np.zeros(70_000, int)),
])  # fmt: skip
def test_gradients_of_means_over_more_than_half_precision_counts_to(loss):
    x = Variable(np.ones(70_000, np.float16))
    g = grad(loss(x), x).data
    assert g.dtype == np.float16
    assert 0 < abs(g).min() < 1e-4


def test_sums_that_half_precision_does_not_hold():
    x = np.tile(np.array([20.0, -20.0], np.float16), 500)
    assert F.var(x).item() == 400
    assert F.std(x).item() == 20
    assert F.average(np.full(3000, 30.0, np.float16), weights=np.full(3000, 50.0, np.float16)).item() == 30
    scores = np.full((1000, 100), 8.0, np.float16)
    assert F.sigmoid_cross_entropy(scores, np.zeros_like(scores)).item() == pytest.approx(800, rel=2e-3)


@pytest.mark.parametrize(("values", "dtype", "length"), [
    ([300.0, 300.0], np.float16, 424.25), ([1e-5, 1e-5], np.float16, 1.414e-5), ([1e30, 0.0], np.float32, 1e30),
    ([3e200, 4e200], np.float64, 5e200), ([0.0, 0.0], np.float32, 0.0), ([INF, 1.0], np.float64, INF),
])  # fmt: skip
def test_norms_neither_overflow_nor_vanish(values, dtype, length):
    assert F.norm(np.array(values, dtype)).item() == pytest.approx(length, rel=2e-2)


def test_a_vector_is_like_itself_however_long():
    for a in (np.full((1, 2), 300, np.float16), np.full((1, 2), 1e20, np.float32)):
        assert F.cosine_similarity(a, a).item() == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize("f", [F.elu, F.celu, lambda x: F.selu(x) / (1.0507009873554805 * 1.6732632423543772)])
def test_the_far_side_of_an_elu_has_its_derivative(f):
    x = Variable(np.array([-16.0, -20.0], np.float32))
    np.testing.assert_allclose(grad(f(x), x).data, np.exp([-16.0, -20.0]), rtol=1e-5)


def test_arcsinh_in_half_precision():
    x = Variable(np.array(400.0, np.float16))
    assert grad(F.arcsinh(x), x).item() == pytest.approx(1 / 400, rel=5e-3)


# Corners ----------------------------------------------------------------------------------------------------


def test_powers_at_their_corners():
    a = Variable(np.array([0.0, 0.0, 3.0, INF]))
    np.testing.assert_array_equal(grad(a ** np.array([0.0, 2.0, 0.0, 0.0]), a).data, 0)
    np.testing.assert_array_equal(grad(a**0, a).data, 0)
    a, b = Variable(2.0), Variable(np.array(0.0))
    ga, gb = grad(a**b, [a, b], create_graph=True)
    assert grad(ga, b, retain_graph=True).item() == grad(gb, a).item() == 0.5


def test_clip_passes_the_gradient_at_its_bounds():
    x = Variable(np.array([-1.0, 0.0, 0.5, 1.0, 2.0]))
    np.testing.assert_array_equal(grad(F.clip(x, 0, 1), x).data, [0, 1, 1, 1, 0])


@pytest.mark.parametrize("f", [F.digamma, lambda x: grad(F.lgamma(x), x, create_graph=True)])
def test_poles_have_no_derivative(f):
    x = Variable(np.array([-1.0, -2.5]))
    with np.errstate(all="ignore"):
        g = grad(f(x), x).data
    assert np.isnan(g[0])
    assert np.isfinite(g[1])


def test_of_equal_elements_the_first_comes_first():
    values, index = F.topk(np.array([1.0, 2.0, 2.0, 0.0]), 3)
    np.testing.assert_array_equal(index.data, [1, 2, 0])
    np.testing.assert_array_equal(values.data, [2, 2, 1])
    assert F.topk(np.array([[5, 5], [5, 5]]), 1)[1].tolist() == [[0], [0]]


def test_small_integers_do_not_wrap():
    small = np.array([100, 100], np.int8)
    assert F.average(small, weights=np.array([2, 2], np.int8)).item() == 100
    assert F.norm(small).item() == pytest.approx(141.42, rel=1e-4)
    assert F.prod(small).item() == 10_000


@pytest.mark.parametrize("call", [
    lambda: F.sigmoid_cross_entropy(np.ones(2), np.array([1, -1])),
    lambda: F.binary_cross_entropy(np.ones(2), np.array([2.0, 0.0])),
])  # fmt: skip
def test_targets_that_are_no_probabilities_are_refused(call):
    with pytest.raises(ValueRangeError, match="targets must be from 0 to 1"):
        call()


def test_numpys_integers_are_integers():
    n = np.int64(2)
    assert len(F.split(np.ones((4, 2)), n)) == 2
    assert F.argmax(np.array([[1.0, 2.0]]), axis=np.int64(1)).tolist() == [1]
    assert F.permutation(n).shape == (2,)
    assert F.multinomial(n, np.array([1.0])).tolist() == [2]
    assert F.sum(np.ones((2, 3)), axis=np.int64(0)).shape == (3,)
    assert F.softmax(np.ones((2, 3)), np.int64(1)).shape == (2, 3)


def test_an_option_that_is_a_variable_is_said_to_be():
    for call in (lambda v: F.leaky_relu(v, v), lambda v: F.elu(v, v), lambda v: F.clip(v, low=v)):
        with pytest.raises(
            DTypeError, match="the argument (slope|alpha|low) must be a plain value, but got a Variable"
        ):
            call(Variable(-1.0))


def test_the_mean_of_nothing_is_nan_without_a_warning():
    assert np.isnan(F.mean(np.ones((0, 2))).item())
    assert np.isnan(F.mean(np.ones((2, 0)), 1).data).all()


def test_nothing_equals_none():
    x = Variable(np.ones(2))
    assert x.__eq__(None) is False
    assert x.__ne__(None) is True
    assert None in [x, None]


# Parts and iteration ------------------------------------------------------------------------------------------------


def test_iteration_and_split_put_gradients_together_once(monkeypatch):
    x = Variable(np.ones((50, 3)))
    parts = F.split(x, 50)
    assert len({part.creator for part in parts}) == 1
    total = parts[0] * 0
    for i, row in enumerate(x):
        total = total + row * i
    np.testing.assert_array_equal(grad(total, x).data[:, 0], [float(i) for i in range(50)])
    assert [row.shape for row in Variable(np.ones((2, 0)))] == [(0,), (0,)]
    assert list(Variable(np.ones((0, 2)))) == []


def test_positions_of_split_that_go_back_overlap_as_numpys():
    x = np.arange(6.0)
    for positions in ([4, 2], [-2, 3], [8, 9], [0, 0]):
        ours, theirs = F.split(x, positions), np.split(x, positions)
        assert [part.tolist() for part in ours] == [part.tolist() for part in theirs]


# Transforms ---------------------------------------------------------------------------------------------------------

W = np.array([0.5, -0.3])


def curvature(gradient_of):
    """The derivative by captured weights of a function of a gradient by x."""
    w = Variable(W)
    g = gradient_of(lambda x: F.tanh((w * x).sum()), np.array([0.3, 0.4]))
    return grad((g * g).sum(), w).data


@pytest.mark.parametrize("transform", [
    lambda f, x: value_and_grad(f)(x)[1][0], lambda f, x: vjp(f, x)[1](np.array(1.0))[0], jacobian,
    lambda f, x: jacobian(lambda x: F.stack([f(x), f(x), f(x)]), x)[0], lambda f, x: jvp(f, [x], [x])[1],
    lambda f, x: hvp(f, x, x), lambda f, x: vmap(lambda x: grad(f(x), x, create_graph=True))(x[None])[0],
])  # fmt: skip
def test_what_transforms_give_is_differentiable_by_what_f_reads(transform):
    step = 1e-6
    global W
    exact, before = curvature(transform), W
    differences = []
    for i in range(2):
        pair = []
        for sign in (1, -1):
            W = before + sign * step * np.eye(2)[i]
            w = Variable(W)
            g = transform(lambda x, w=w: F.tanh((w * x).sum()), np.array([0.3, 0.4]))
            pair.append((g * g).sum().item())
        differences.append((pair[0] - pair[1]) / (2 * step))
    W = before
    np.testing.assert_allclose(exact, differences, rtol=1e-6, atol=1e-8)


def test_gradients_of_closed_functions_keep_no_graph():
    _, (g,) = value_and_grad(lambda x: (x * x).sum())(np.ones(2))
    assert not g.differentiable


def test_transforms_refuse_what_is_not_their_kind():
    x = np.ones(2)
    for call in (lambda: hessian(lambda x: x * x, x), lambda: value_and_grad(lambda x: x)(x)):
        with pytest.raises(ShapeError, match="expected f to return one number"):
            call()
    with pytest.raises(DTypeError, match="jacobian: expected f to return one Variable, but got tuple"):
        jacobian(lambda x: (x, x), x)


def test_hessians_need_no_recording_around_them():
    import rung

    with rung.no_grad():
        np.testing.assert_array_equal(hessian(lambda x: (x * x).sum(), np.ones(2)).data, 2 * np.eye(2))


def test_a_permuted_place_of_index_arrays_under_vmap():
    x, i = np.arange(120.0).reshape(5, 2, 3, 4), np.array([[0, 1], [1, 0]])
    np.testing.assert_array_equal(vmap(lambda x: x[i, :, i])(x).data, np.stack([part[i, :, i] for part in x]))
