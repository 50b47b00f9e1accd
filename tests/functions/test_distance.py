"""Losses between arrays, against PyTorch's to the second order, and at the extremes."""

import numpy as np
import pytest

import rung.functions as F
from rung import Variable
from rung.errors import ShapeError, ValueRangeError
from rung.transform import grad

RNG = np.random.default_rng(0)
X, Y, Z = (RNG.standard_normal((5, 3)) for _ in range(3))
T = RNG.random((5, 3))


def _peers():
    import torch
    import torch.nn.functional as tf

    t, y, z = torch.tensor(T), torch.tensor(Y), torch.tensor(Z)
    signs = torch.sign(y)
    return {
        "mae": (lambda x: F.mean_absolute_error(x, Y), lambda x: tf.l1_loss(x, y)),
        "mse": (lambda x: F.mean_squared_error(x, Y, "mean"), lambda x: tf.mse_loss(x, y)),
        "mse by rows": (lambda x: F.mean_squared_error(x, Y), lambda x: tf.mse_loss(x, y, reduction="sum") / 5),
        "huber": (lambda x: F.huber(x, Y, 0.7), lambda x: tf.huber_loss(x, y, delta=0.7)),
        "sigmoid": (lambda x: F.sigmoid_cross_entropy(x, T, reduction="mean"),
                    lambda x: tf.binary_cross_entropy_with_logits(x, t)),
        "sigmoid, weighed": (lambda x: F.sigmoid_cross_entropy(x, T, 3.0, "sum"),
                             lambda x: tf.binary_cross_entropy_with_logits(
                                 x, t, reduction="sum", pos_weight=torch.tensor(3.0))),
        "binary": (lambda x: F.binary_cross_entropy(F.sigmoid(x), T),
                   lambda x: tf.binary_cross_entropy(torch.sigmoid(x), t)),
        "kl": (lambda x: F.kl_divergence(F.log_softmax(x), T),
               lambda x: tf.kl_div(torch.log_softmax(x, 1), t, reduction="batchmean")),
        "hinge": (lambda x: F.hinge(x, np.sign(Y)), lambda x: torch.relu(1 - signs * x).mean()),
        "cosine": (lambda x: F.sum(F.cosine_similarity(x, Y)), lambda x: tf.cosine_similarity(x, y).sum()),
        "triplet": (lambda x: F.triplet(x, Y, Z), lambda x: tf.triplet_margin_loss(x, y, z, eps=0.0)),
    }  # fmt: skip


NAMES = [
    "mae",
    "mse",
    "mse by rows",
    "huber",
    "sigmoid",
    "sigmoid, weighed",
    "binary",
    "kl",
    "hinge",
    "cosine",
    "triplet",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_loss_agrees_with_pytorch(name):
    torch = pytest.importorskip("torch")
    ours, theirs = _peers()[name]
    x, p = Variable(X), torch.tensor(X, requires_grad=True)
    y, q = ours(x), theirs(p)
    np.testing.assert_allclose(y.data, q.detach().numpy(), rtol=1e-9)
    g = grad(y, x, create_graph=True)
    (h,) = torch.autograd.grad(q, p, create_graph=True)
    np.testing.assert_allclose(g.data, h.detach().numpy(), rtol=1e-8, atol=1e-10)
    if h.requires_grad and g.differentiable:
        second = torch.autograd.grad((h * torch.tensor(Y)).sum(), p, allow_unused=True)[0]
        expected = np.zeros_like(X) if second is None else second.numpy()
        np.testing.assert_allclose(grad(g, x, Y).data, expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("loss", [F.mean_squared_error, F.mean_absolute_error, F.huber, F.sigmoid_cross_entropy,
                                  F.binary_cross_entropy, F.kl_divergence, F.hinge])  # fmt: skip
def test_shapes_and_reductions_are_checked(loss):
    with pytest.raises(ShapeError, match=rf"{loss.__name__}: .*\(5, 1\).*\(5,\)"):
        loss(np.zeros((5, 1)), np.zeros(5))
    with pytest.raises(ValueRangeError, match="reduction to be one of batch, mean, sum, none"):
        loss(np.zeros(2), np.zeros(2), reduction="average")
    half = np.full((4, 2), 0.5)
    terms = loss(half, half, reduction="none")
    assert terms.shape == (4, 2)
    total = loss(half, half, reduction="sum").item()
    assert total == pytest.approx(terms.data.sum())
    assert loss(half, half, reduction="mean").item() == pytest.approx(total / 8)
    assert loss(half, half, reduction="batch").item() == pytest.approx(total / 4)


def test_sigmoid_cross_entropy_is_exact_at_the_extremes():
    x = Variable(np.array([100.0, -100.0, 40.0, -1e4]))
    loss = F.sigmoid_cross_entropy(x, np.array([0, 1, 0, 1]), reduction="sum")
    loss.backward()
    assert loss.item() == pytest.approx(100 + 100 + 40 + 1e4)
    np.testing.assert_allclose(x.grad.data, [1, -1, 1, -1])


def test_perfect_and_hopeless_probabilities_stay_finite():
    p = Variable(np.array([1.0, 0.0, 1.0, 0.0]))
    loss = F.binary_cross_entropy(p, np.array([1.0, 0.0, 0.0, 1.0]), reduction="none")
    np.testing.assert_allclose(loss.data, [0, 0, 100, 100], rtol=1e-2)
    loss.backward()
    assert np.isfinite(p.grad.data).all()


def test_a_triplet_of_equal_vectors_has_a_finite_gradient():
    a = Variable(np.ones((2, 3)))
    F.triplet(a, np.ones((2, 3)), np.zeros((2, 3)), margin=5.0).backward()
    assert np.isfinite(a.grad.data).all()
