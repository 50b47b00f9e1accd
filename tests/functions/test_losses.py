"""Losses: against PyTorch's to the second order, at the extremes, and what they refuse."""

import itertools
import math

import numpy as np
import pytest

import rung.functions as F
from rung import Variable
from rung.errors import DTypeError, ShapeError, ValueRangeError
from rung.transform import grad, jvp, vmap

RNG = np.random.default_rng(0)
X, Y, Z = (RNG.standard_normal((5, 3)) for _ in range(3))
T = RNG.random((5, 3))
SIGNS = np.array([1, -1, 1, -1, -1])
WEIGHTS = np.array([0.5, 2.0, 1.5])
TERMWISE = [F.mean_squared_error, F.mean_absolute_error, F.huber, F.sigmoid_cross_entropy, F.binary_cross_entropy,
            F.kl_divergence, F.hinge]  # fmt: skip


def agree(ours, theirs, at):
    """Values, gradients and second derivatives are PyTorch's."""
    torch = pytest.importorskip("torch")
    x, p = Variable(at), torch.tensor(at, requires_grad=True)
    y, q = ours(x), theirs(p)
    weights = np.random.default_rng(1).standard_normal(y.shape)
    np.testing.assert_allclose(y.data, q.detach().numpy(), rtol=1e-9, atol=1e-12)
    g = grad(y, x, weights, create_graph=True)
    (h,) = torch.autograd.grad(q, p, torch.tensor(weights), create_graph=True)
    np.testing.assert_allclose(g.data, h.detach().numpy(), rtol=1e-8, atol=1e-10)
    direction = np.random.default_rng(2).standard_normal(at.shape)
    second = (
        torch.autograd.grad((h * torch.tensor(direction)).sum(), p, allow_unused=True)[0] if h.requires_grad else None
    )
    expected = np.zeros_like(at) if second is None else second.numpy(force=True)
    actual = grad(g, x, direction).data if g.differentiable else np.zeros_like(at)
    np.testing.assert_allclose(actual, expected, rtol=1e-7, atol=1e-9)


def _peers():
    import torch
    import torch.nn.functional as tf

    t, y, z, w = map(torch.tensor, (T, Y, Z, WEIGHTS))
    signs = torch.sign(y)
    rows = torch.tensor(SIGNS)

    def contrastive(x):
        d = (x - y).norm(dim=1)
        return (torch.where(rows > 0, d**2, torch.relu(2.5 - d) ** 2) / 2).mean()

    def weighted(x, weight):
        return tf.binary_cross_entropy_with_logits(x, t, reduction="sum", pos_weight=weight)

    return {
        "mae": (lambda x: F.mean_absolute_error(x, Y), lambda x: tf.l1_loss(x, y)),
        "mse": (lambda x: F.mean_squared_error(x, Y, "mean"), lambda x: tf.mse_loss(x, y)),
        "mse by rows": (lambda x: F.mean_squared_error(x, Y), lambda x: tf.mse_loss(x, y, reduction="sum") / 5),
        "huber": (lambda x: F.huber(x, Y, 0.7), lambda x: tf.huber_loss(x, y, delta=0.7)),
        "sigmoid": (lambda x: F.sigmoid_cross_entropy(x, T, reduction="mean"),
                    lambda x: tf.binary_cross_entropy_with_logits(x, t)),
        "sigmoid, weighted": (lambda x: F.sigmoid_cross_entropy(x, T, 3.0, "sum"),
                              lambda x: weighted(x, torch.tensor(3.0))),
        "sigmoid, weighted by class": (lambda x: F.sigmoid_cross_entropy(x, T, WEIGHTS, "sum"),
                                       lambda x: weighted(x, w)),
        "binary": (lambda x: F.binary_cross_entropy(F.sigmoid(x), T),
                   lambda x: tf.binary_cross_entropy(torch.sigmoid(x), t)),
        "kl": (lambda x: F.kl_divergence(F.log_softmax(x, 1), T),
               lambda x: tf.kl_div(torch.log_softmax(x, 1), t, reduction="batchmean")),
        "kl by p": (lambda x: F.kl_divergence(np.log(T), F.softmax(x, 1)),
                    lambda x: tf.kl_div(t.log(), torch.softmax(x, 1), reduction="batchmean")),
        "hinge": (lambda x: F.hinge(x, np.sign(Y)), lambda x: torch.relu(1 - signs * x).mean()),
        "cosine": (lambda x: F.cosine_similarity(x, Y), lambda x: tf.cosine_similarity(x, y)),
        "cosine by columns": (lambda x: F.cosine_similarity(x, Y, 0), lambda x: tf.cosine_similarity(x, y, 0)),
        "cosine embedding": (lambda x: F.cosine_embedding(x, Y, SIGNS),
                             lambda x: tf.cosine_embedding_loss(x, y, rows)),
        "cosine embedding, terms": (
            lambda x: F.cosine_embedding(x, Y, SIGNS, 0.3, "none"),
            lambda x: tf.cosine_embedding_loss(x, y, rows, margin=0.3, reduction="none"),
        ),
        "contrastive": (lambda x: F.contrastive(x, Y, (SIGNS + 1) // 2, 2.5), contrastive),
        "triplet": (lambda x: F.triplet(x, Y, Z), lambda x: tf.triplet_margin_loss(x, y, z, eps=0.0)),
    }  # fmt: skip


PEERS = ["mae", "mse", "mse by rows", "huber", "sigmoid", "sigmoid, weighted", "sigmoid, weighted by class", "binary",
         "kl", "kl by p", "hinge", "cosine", "cosine by columns", "cosine embedding", "cosine embedding, terms",
         "contrastive", "triplet"]  # fmt: skip


@pytest.mark.parametrize("name", PEERS)
def test_a_loss_agrees_with_pytorch(name):
    pytest.importorskip("torch")
    peers = _peers()
    assert sorted(peers) == sorted(PEERS)
    agree(*peers[name], X)


# Labels -----------------------------------------------------------------------------------------------------------

REDUCTIONS = ("mean", "sum", "none")
GRID = [
    *itertools.product([None, -100, 1], [False, True], [0.0, 0.2], REDUCTIONS, [-1, 1]),
    *itertools.product(["soft"], [False, True], [0.0, 0.2], REDUCTIONS, [-1, 1]),
]


@pytest.mark.parametrize(("ignored", "weighted", "smoothing", "reduction", "axis"), GRID)
def test_softmax_cross_entropy_agrees_with_pytorch(ignored, weighted, smoothing, reduction, axis):
    torch = pytest.importorskip("torch")
    x = RNG.standard_normal((2, 3, 4) if axis == 1 else (6, 3))
    weights = WEIGHTS if weighted else None
    if ignored == "soft":
        t = np.random.default_rng(3).dirichlet(np.ones(3), x.size // 3).reshape(np.moveaxis(x, axis, -1).shape)
        t, ignored = np.moveaxis(t, -1, axis), None
    else:
        t = np.random.default_rng(3).integers(0, 3, np.delete(x.shape, axis))
        t[..., 0] = 0 if ignored is None else ignored
    options = {"label_smoothing": smoothing, "reduction": reduction}
    agree(
        lambda v: F.softmax_cross_entropy(v, t, ignored, weights, axis=axis, **options),
        lambda v: torch.nn.functional.cross_entropy(
            v, torch.tensor(t), None if weights is None else torch.tensor(weights),
            ignore_index=-100 if ignored is None else ignored, **options,
        ),
        x,
    )  # fmt: skip


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ignored", [-100, 2])
def test_nll_agrees_with_pytorch(weighted, ignored):
    torch = pytest.importorskip("torch")
    t = np.array([0, 2, 1, 2, 1])
    weights = WEIGHTS if weighted else None
    agree(
        lambda v: F.nll(v, t, ignored, weights),
        lambda v: torch.nn.functional.nll_loss(
            v, torch.tensor(t), torch.tensor(WEIGHTS) if weighted else None, ignore_index=ignored
        ),
        X,
    )


@pytest.mark.parametrize("loss", [F.softmax_cross_entropy, F.nll])
def test_labels_of_shape_n_1_are_refused(loss):
    """A known fault of the book: (N, 1) labels broadcast against (N,) and give a number that means nothing."""
    for options in ({}, {"ignore_label": -1}, {"reduction": "none"}):
        with pytest.raises(ShapeError, match=rf"{loss.__name__}: .*one integer label for each row.*\(5, 1\)"):
            loss(X, np.zeros((5, 1), int), **options)


@pytest.mark.parametrize("loss", [F.softmax_cross_entropy, F.nll])
def test_labels_and_options_are_checked(loss):
    name = loss.__name__
    with pytest.raises(ValueRangeError, match=rf"{name}: labels must be from 0 to 2, but they go from -1 to 3"):
        loss(X, np.array([-1, 0, 1, 2, 3]))
    with pytest.raises(ValueRangeError, match=rf"{name}: .*0 to 2 or the ignored -1, but they go from -2 to 2"):
        loss(X, np.array([-1, -2, 1, 2, 0]), ignore_label=-1)
    with pytest.raises(DTypeError, match=f"{name}: labels must be integers"):
        loss(X, np.zeros(5))
    with pytest.raises(DTypeError, match=f"{name}: labels must be integers"):
        loss(X, np.zeros((5, 1)), reduction="sum")
    with pytest.raises(ShapeError, match=rf"{name}: .*class_weights .*shape \(3,\)"):
        loss(X, np.zeros(5, int), class_weights=np.ones(4))
    with pytest.raises(DTypeError, match=f"{name}: class_weights"):
        loss(X, np.zeros(5, int), class_weights=[1.0, 1.0, 1.0])
    with pytest.raises(ValueRangeError, match=f"{name}: .*label_smoothing"):
        loss(X, np.zeros(5, int), label_smoothing=1.5)
    with pytest.raises(ValueRangeError, match=f"{name}: .*reduction"):
        loss(X, np.zeros(5, int), reduction="average")
    with pytest.raises(ValueRangeError, match=f"{name}: ignore_label"):
        loss(X, T, ignore_label=0)
    with pytest.raises(ShapeError, match=f"{name}: .*classes"):
        loss(np.zeros(()), np.zeros((), int))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("rows", [0, 4])
def test_where_nothing_counts_the_loss_and_its_gradient_are_zero(rows, smoothing):
    x = Variable(np.ones((rows, 3)))
    loss = F.softmax_cross_entropy(x, np.full(rows, -100), -100, WEIGHTS, smoothing)
    loss.backward()
    assert loss.item() == 0
    np.testing.assert_array_equal(x.grad.data, np.zeros((rows, 3)))


def test_a_loss_of_no_rows_is_zero():
    assert F.softmax_cross_entropy(np.zeros((0, 3)), np.zeros(0, int)).item() == 0
    for loss in TERMWISE:
        for reduction in ("batch", "mean", "sum"):
            assert loss(np.zeros((0, 3)), np.zeros((0, 3)), reduction=reduction).item() == 0


def test_the_plain_path_and_the_general_one_agree():
    t = np.array([0, 2, 1, 1, 0])
    x = Variable(X)
    plain, general = F.softmax_cross_entropy(x, t), F.softmax_cross_entropy(x, t, ignore_label=-1)
    assert plain.creator.op.name == "softmax_cross_entropy"
    assert plain.item() == pytest.approx(general.item(), rel=1e-14)
    np.testing.assert_allclose(grad(plain, x).data, grad(general, x).data, rtol=1e-12)
    hard = F.softmax_cross_entropy(x, np.eye(3)[t])
    assert plain.item() == pytest.approx(hard.item(), rel=1e-14)


def test_classes_that_are_masked_out_cost_nothing():
    x = Variable(np.array([[1.0, -np.inf, 2.0]]))
    for t in (np.array([0]), np.array([[1.0, 0.0, 0.0]])):
        for options in ({"reduction": "mean"}, {"reduction": "sum"}):
            x.cleargrad()
            loss = F.softmax_cross_entropy(x, t, **options)
            loss.backward()
            assert loss.item() == pytest.approx(math.log(1 + math.e))
            np.testing.assert_allclose(x.grad.data, [[-1 / (1 + 1 / math.e), 0, 1 / (1 + 1 / math.e)]])


def test_probabilities_as_targets_have_a_gradient_too():
    t = Variable(T)
    log_p = F.log_softmax(X, -1)
    g = grad(F.nll(log_p, t, reduction="sum"), t)
    np.testing.assert_allclose(g.data, -log_p.data)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_no_loss_widens_its_dtype(dtype):
    x, labels, bits = Variable(X.astype(dtype)), np.array([0, 2, 1, 1, 0]), (Y > 0).astype(np.uint8)
    losses = [
        F.softmax_cross_entropy(x, labels, 0, WEIGHTS, 0.1), F.softmax_cross_entropy(x, T.astype(dtype)),
        F.sigmoid_cross_entropy(x, bits, WEIGHTS), F.binary_cross_entropy(F.sigmoid(x), bits),
        F.mean_squared_error(x, bits), F.mean_absolute_error(x, bits), F.huber(x, bits), F.hinge(x, 2 * (Y > 0) - 1),
        F.cosine_embedding(x, x * 2, SIGNS), F.contrastive(x, x * 2, SIGNS > 0), F.triplet(x, x * 2, x * 3),
        F.ctc(F.log_softmax(F.reshape(x, (5, 1, 3)), -1), np.array([[1, 2]]), [5], [2]),
    ]  # fmt: skip
    for loss in losses:
        assert loss.dtype == dtype
        assert np.isfinite(loss.data)
        x.cleargrad()
        loss.backward()
        assert np.isfinite(x.grad.data).all()


def test_small_integers_do_not_wrap_around():
    a, b = np.array([1, 0], np.uint8), np.array([0, 2], np.uint8)
    assert F.mean_squared_error(a, b).item() == 2.5
    assert F.mean_absolute_error(a, b).item() == 1.5
    assert F.binary_cross_entropy(a, np.array([1, 0], np.uint8)).item() == 0
    assert F.sigmoid_cross_entropy(np.array([0, 0], np.uint8), a).item() == pytest.approx(math.log(2))


@pytest.mark.parametrize("ignored", [None, 1])
def test_losses_of_labels_run_under_vmap(ignored):
    x, t = RNG.standard_normal((4, 5, 3)), RNG.integers(0, 3, (4, 5))
    together = vmap(lambda x, t: F.softmax_cross_entropy(x, t, ignored))(x, t)
    one_by_one = [F.softmax_cross_entropy(*pair, ignored).item() for pair in zip(x, t, strict=True)]
    np.testing.assert_allclose(together.data, one_by_one)


# Terms --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", TERMWISE)
def test_shapes_and_reductions_are_checked(loss):
    for a, b in (((5, 1), (5,)), ((3, 4), (4,)), ((2,), ())):
        with pytest.raises(ShapeError, match=rf"{loss.__name__}: ") as refusal:
            loss(np.zeros(a), np.zeros(b))
        assert str(a) in str(refusal.value)
        assert str(b) in str(refusal.value)
    with pytest.raises(ValueRangeError, match="reduction to be one of batch, mean, sum, none"):
        loss(np.ones(2), np.ones(2), reduction="average")
    half, target = np.full((4, 2), 0.5), np.ones((4, 2), int)
    terms = loss(half, target, reduction="none")
    assert terms.shape == (4, 2)
    total = loss(half, target, reduction="sum").item()
    assert total == pytest.approx(terms.data.sum())
    assert loss(half, target, reduction="mean").item() == pytest.approx(total / 8)
    assert loss(half, target, reduction="batch").item() == pytest.approx(total / 4)


@pytest.mark.parametrize("reduction", ["batch", "mean"])
def test_mean_squared_error_of_unequal_shapes_is_refused(reduction):
    """A known fault of the book: (N, 1) less (N,) is (N, N), and its mean looks like a loss."""
    with pytest.raises(ShapeError, match=r"mean_squared_error: .*\(5, 1\).*\(5,\)"):
        F.mean_squared_error(np.zeros((5, 1)), np.zeros(5), reduction)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sigmoid_cross_entropy_is_exact_at_40_and_at_1000(dtype):
    """A known fault of the book: log(1 - sigmoid(40)) is minus infinity."""
    x = Variable(np.array([40.0, -40.0, 1000.0, -1000.0, 40.0, -40.0], dtype))
    loss = F.sigmoid_cross_entropy(x, np.array([0, 1, 0, 1, 1, 0]), reduction="none")
    tiny = math.exp(-40)
    np.testing.assert_allclose(loss.data, [40, 40, 1000, 1000, tiny, tiny], rtol=1e-6)
    loss.backward()
    np.testing.assert_allclose(x.grad.data, [1, -1, 1, -1, -tiny, tiny], rtol=1e-5)


def test_a_positive_weight_that_would_broadcast_is_refused():
    with pytest.raises(ShapeError, match=r"sigmoid_cross_entropy: .*last axis.*\(5, 1\)"):
        F.sigmoid_cross_entropy(X, T, np.ones((5, 1)))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_binary_cross_entropy_of_perfect_predictions_is_zero(dtype):
    """A known fault of the book: 0 log 0 is NaN, and a logarithm of p + eps costs the perfect something."""
    p = Variable(np.array([1.0, 0.0, 1.0, 0.0], dtype))
    loss = F.binary_cross_entropy(p, np.array([1, 0, 0, 1]), reduction="none")
    np.testing.assert_array_equal(loss.data, [0, 0, 100, 100])
    loss.backward()
    assert np.isfinite(p.grad.data).all()
    assert F.binary_cross_entropy(np.array([1.0, 0.0]), np.array([1, 0])).item() == 0


def test_what_is_no_probability_is_refused():
    with pytest.raises(ValueRangeError, match=r"binary_cross_entropy: probabilities .*from -0.5 to 1.5"):
        F.binary_cross_entropy(np.array([-0.5, 1.5]), np.zeros(2))


@pytest.mark.parametrize(
    ("loss", "wrong", "rule"),
    [
        (lambda t: F.hinge(X[:, 0], t), 0, "hinge: targets must be -1 or 1"),
        (lambda t: F.cosine_embedding(X, Y, t), 0, "cosine_embedding: targets must be -1 or 1"),
        (lambda t: F.contrastive(X, Y, t), -1, "contrastive: targets must be 0 or 1"),
    ],
)
def test_targets_of_the_other_convention_are_refused(loss, wrong, rule):
    loss(np.ones(5))
    with pytest.raises(ValueRangeError, match=rule):
        loss(np.array([1, 1, 1, 1, wrong]))


def test_kl_divergence_knows_that_the_impossible_costs_nothing():
    log_q = Variable(np.array([0.0, -np.inf]))
    loss = F.kl_divergence(log_q, np.array([1.0, 0.0]))
    loss.backward()
    assert loss.item() == 0
    np.testing.assert_array_equal(log_q.grad.data, [-0.5, 0])
    assert F.kl_divergence(np.array([0.0, -np.inf]), np.array([0.5, 0.5])).item() == np.inf


def test_huber_is_a_parabola_where_both_are_equal():
    x = Variable(np.zeros(2))
    g = grad(F.huber(x, np.zeros(2), reduction="sum"), x, create_graph=True)
    np.testing.assert_array_equal(grad(g, x).data, [1, 1])
    with pytest.raises(ValueRangeError, match="huber: delta"):
        F.huber(x, x, delta=0.0)


# Vectors ------------------------------------------------------------------------------------------------------------


def test_coinciding_vectors_have_a_finite_gradient():
    losses = (
        lambda a, b: F.triplet(a, b, np.zeros((2, 3)), margin=5.0),
        lambda a, b: F.contrastive(a, b, np.zeros(2)),
    )
    for loss in losses:
        a = Variable(np.ones((2, 3)))
        g = grad(loss(a, np.ones((2, 3))), a, create_graph=True)
        assert np.isfinite(g.data).all()
        assert np.isfinite(grad(g, a).data).all()


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_cosines_of_zero_vectors_and_of_long_ones(dtype):
    a = Variable(np.array([[0, 0], [100, 100]], dtype))
    y = F.cosine_similarity(a, np.array([[1, 1], [150, -150]], dtype))
    np.testing.assert_allclose(y.data, [0, 0], atol=1e-3)
    F.cosine_embedding(a, np.array([[0, 0], [50, 100]], dtype), np.array([1, -1])).backward()
    assert np.isfinite(a.grad.data).all()


def test_vectors_and_targets_that_do_not_fit_are_refused():
    for call in (
        lambda: F.cosine_similarity(X, Y[:1]), lambda: F.cosine_similarity(X, Y, axis=2),
        lambda: F.cosine_similarity(1.0, 1.0), lambda: F.cosine_embedding(X, Y, np.ones((5, 1))),
        lambda: F.contrastive(X, Y, np.ones(4)), lambda: F.contrastive(X, Y, 1), lambda: F.triplet(X, Y, Z[0]),
    ):  # fmt: skip
        with pytest.raises(ShapeError):
            call()


# Alignments ---------------------------------------------------------------------------------------------------------


def _alignment_problem(times, rows, classes, labels, seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, labels + 1, rows)
    given = rng.integers(min(2 * labels + 1, times), times + 1, rows)
    return rng.standard_normal((times, rows, classes)), rng.integers(1, classes, (rows, labels)), given, counts


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("sizes", [(7, 3, 4, 3), (1, 2, 3, 0), (5, 1, 2, 1), (12, 4, 3, 5), (40, 2, 5, 10)])
def test_ctc_agrees_with_pytorch(sizes, reduction):
    torch = pytest.importorskip("torch")
    x, *rest = _alignment_problem(*sizes, seed=sum(sizes))
    v, p = Variable(x), torch.tensor(x, requires_grad=True)
    loss = F.ctc(F.log_softmax(v, -1), *rest, reduction=reduction)
    peer = torch.nn.functional.ctc_loss(torch.log_softmax(p, -1), *map(torch.tensor, rest), reduction=reduction)
    weights = np.random.default_rng(0).standard_normal(loss.shape)
    np.testing.assert_allclose(loss.data, peer.detach().numpy(), rtol=1e-9)
    (expected,) = torch.autograd.grad(peer, p, torch.tensor(weights))
    np.testing.assert_allclose(grad(loss, v, weights).data, expected.numpy(), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("blank", [0, 2])
def test_ctc_is_the_sum_over_all_paths_and_its_derivatives_are_of_any_order(blank):
    times, classes, labels = 4, 3, [1, 1]
    paths = [
        path for path in itertools.product(range(classes), repeat=times)
        if [k for k, _ in itertools.groupby(path) if k != blank] == labels
    ]  # fmt: skip
    index = np.array(paths)

    def by_paths(log_p):
        return -F.logsumexp(F.sum(log_p[np.arange(times), index], 1))

    def by_ctc(log_p):
        return F.ctc(F.reshape(log_p, (times, 1, classes)), np.array([labels]), [times], [2], blank, "sum")

    x = np.random.default_rng(5).standard_normal((times, classes))
    u, v, w = (np.random.default_rng(6 + i).standard_normal(x.shape) for i in range(3))

    def orders(f):
        first = lambda x: grad(f(x), x, create_graph=True)
        second = lambda x: grad(first(x), x, u, create_graph=True)
        third = lambda x: grad(second(x), x, v)
        x_ = Variable(x)
        return [f(x_), first(x_), second(x_), third(x_), jvp(lambda x: grad(f(x), x), [x], [w])[1]]

    for ours, expected in zip(orders(by_ctc), orders(by_paths), strict=True):
        np.testing.assert_allclose(ours.data, expected.data, rtol=1e-9, atol=1e-10)


def test_ctc_of_an_impossible_alignment_is_infinite_and_has_no_nan():
    x = Variable(np.random.default_rng(0).standard_normal((3, 2, 3)))
    loss = F.ctc(F.log_softmax(x, -1), np.array([[1, 1, 1], [1, 2, 0]]), [3, 3], [3, 2], reduction="none")
    assert loss.data[0] == np.inf
    assert np.isfinite(loss.data[1])
    g = grad(loss, x, create_graph=True)
    np.testing.assert_array_equal(g.data[:, 0], 0)
    assert np.abs(g.data[:, 1]).min() > 0
    assert np.isfinite(grad(g, x, np.ones(x.shape)).data).all()


def test_ctc_with_probabilities_of_zero_and_rubbish_in_the_padding():
    log_p = np.log(np.full((4, 1, 3), 1 / 3))
    log_p[1, 0, 1], log_p[3] = -np.inf, np.nan
    x = Variable(log_p)
    loss = F.ctc(x, np.array([[1, -7]]), [3], [1])  # the paths through label 1 alone, at times 0 and 2
    loss.backward()
    assert loss.item() == pytest.approx(-math.log(2 / 27))
    np.testing.assert_allclose(
        x.grad.data[:, 0], [[-0.5, -0.5, 0], [-1, 0, 0], [-0.5, -0.5, 0], [0, 0, 0]], atol=1e-12
    )


@pytest.mark.parametrize(("dtype", "precision"), [("float32", 1e-4), ("float64", 1e-12)])
def test_ctc_does_not_underflow(dtype, precision):
    x = Variable(np.full((3000, 1, 4), -40.0, dtype))
    loss = F.ctc(x, np.array([[1, 2, 3]]), [3000], [3], reduction="sum")
    ways = math.log(math.comb(3000 + 3, 6))  # where the three labels begin and end
    assert loss.item() == pytest.approx(3000 * 40 - ways, rel=precision)
    loss.backward()
    assert np.isfinite(x.grad.data).all()
    np.testing.assert_allclose(x.grad.data.sum(axis=(1, 2)), -1, rtol=precision)


def test_ctc_counts_in_wide_integers_whatever_it_is_given():
    x, targets = np.random.default_rng(0).standard_normal((300, 2, 3)), np.tile([1, 2], (2, 70))
    narrow = F.ctc(x, targets.astype(np.uint8), np.array([255, 200], np.uint8), np.array([140, 0], np.uint8))
    assert narrow.item() == F.ctc(x, targets, (255, 200), (140, 0)).item()


P = np.log(np.full((4, 2, 3), 1 / 3))
TARGETS = np.array([[1, 2], [1, 1]])


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((P, TARGETS, [5, 4], [1, 1]), ValueRangeError, "input_lengths must be from 1 to 4.* 4 to 5"),
        ((P, TARGETS, [0, 4], [1, 1]), ValueRangeError, "input_lengths must be from 1 to 4.* 0 to 4"),
        ((P, TARGETS, [4, 4], [1, 3]), ValueRangeError, "target_lengths must be from 0 to 2.* 1 to 3"),
        ((P, TARGETS + 1, [4, 4], [2, 2]), ValueRangeError, "labels must be from 0 to 2"),
        ((P, TARGETS - 1, [4, 4], [2, 2]), ValueRangeError, "the blank, 0, must not be among the labels"),
        ((P, TARGETS, [4, 4], [2, 2], 3), ValueRangeError, "blank must be one of the 3 classes"),
        ((P, TARGETS, [4, 4], [2, 2], 0, "average"), ValueRangeError, "reduction"),
        ((P, TARGETS * 1.0, [4, 4], [2, 2]), DTypeError, "integers"),
        ((P, TARGETS, np.array([4.0, 4.0]), [2, 2]), DTypeError, "integers"),
        ((P, TARGETS.ravel(), [4, 4], [2, 2]), ShapeError, r"targets \(N, labels\)"),
        ((P[:, 0], TARGETS, [4, 4], [2, 2]), ShapeError, r"log_p must be \(time, N, classes\)"),
        ((P, TARGETS, [4], [2, 2]), ShapeError, r"both lengths \(N,\)"),
        ((P, TARGETS[:1], [4, 4], [2, 2]), ShapeError, r"targets \(N, labels\)"),
    ],
)
def test_ctc_says_what_is_wrong(arguments, error, text):
    with pytest.raises(error, match=f"ctc: .*{text}"):
        F.ctc(*arguments)
