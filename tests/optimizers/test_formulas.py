"""Every optimizer's steps equal PyTorch's, or the formula of its paper."""

import numpy as np
import pytest
from optimizers.samples import EVERY, give, model, two_axes

import rung.functions as F
from rung.optimizers import SGD, AdaDelta, AdaGrad, Adam, AdamW, Lamb, Lion, MomentumSGD, Nesterov, RMSprop
from rung.optimizers.arrays import PART

PEERS = {
    "sgd": (lambda: SGD(0.01), lambda o, p: o.SGD(p, 0.01)),
    "sgd with decay": (lambda: SGD(0.1, weight_decay=0.3).add_group("*", weight_decay=0.3),
                       lambda o, p: o.SGD(p, 0.1, weight_decay=0.3)),
    "momentum": (lambda: MomentumSGD(0.01, 0.8), lambda o, p: o.SGD(p, 0.01, momentum=0.8)),
    "nesterov": (lambda: Nesterov(0.01, 0.8), lambda o, p: o.SGD(p, 0.01, momentum=0.8, nesterov=True)),
    "adagrad": (lambda: AdaGrad(0.1, 1e-6), lambda o, p: o.Adagrad(p, 0.1, eps=1e-6)),
    "adadelta": (lambda: AdaDelta(0.8, 1e-4, 0.5), lambda o, p: o.Adadelta(p, 0.5, 0.8, 1e-4)),
    "rmsprop": (lambda: RMSprop(0.01, 0.8, 1e-4), lambda o, p: o.RMSprop(p, 0.01, 0.8, 1e-4)),
    "adam": (lambda: Adam(0.1), lambda o, p: o.Adam(p, 0.1)),
    "adam with its own betas": (lambda: Adam(0.01, 0.8, 0.99, 1e-3), lambda o, p: o.Adam(p, 0.01, (0.8, 0.99), 1e-3)),
    "adamw": (lambda: AdamW(0.05, 0.8, 0.99, 1e-6, 0.2).add_group("*", weight_decay=0.2),
              lambda o, p: o.AdamW(p, 0.05, (0.8, 0.99), 1e-6, 0.2)),
}  # fmt: skip


@pytest.mark.parametrize("name", PEERS)
def test_fifty_steps_equal_pytorchs(name):
    torch = pytest.importorskip("torch")
    make, make_peer = PEERS[name]
    rng = np.random.default_rng(0)
    net = two_axes(rng)
    weights = [torch.tensor(p.data, requires_grad=True) for p in net.params()]
    optimizer, peer = make().setup(net), make_peer(torch.optim, weights)
    for _ in range(50):
        give(net, W=rng.normal(size=(3, 2)), b=rng.normal(size=2))
        for p, w in zip(net.params(), weights, strict=True):
            w.grad = torch.tensor(p.grad.data)
        optimizer.update()
        peer.step()
        for p, w in zip(net.params(), weights, strict=True):
            np.testing.assert_allclose(p.data, w.detach().numpy(), rtol=1e-10, atol=1e-12)


def lamb(w, gradients, lr=0.1, beta1=0.8, beta2=0.9, eps=1e-3, weight_decay=0.2):
    """Algorithm 2 of You et al., with moments as weighted sums over all gradients."""
    for t in range(1, len(gradients) + 1):
        past = np.array(gradients[:t])
        ages = np.arange(t)[::-1].reshape(-1, *[1] * w.ndim)
        mean = ((1 - beta1) * beta1**ages * past).sum(0) / (1 - beta1**t)
        square = ((1 - beta2) * beta2**ages * past**2).sum(0) / (1 - beta2**t)
        r = mean / (np.sqrt(square) + eps) + (weight_decay * w if w.ndim > 1 else 0)
        w = w - lr * np.linalg.norm(w) / np.linalg.norm(r) * r
    return w


def lion(w, gradients, lr=0.1, beta1=0.8, beta2=0.9, weight_decay=0.2):
    """Algorithm 2 of Chen et al., with the momentum as a weighted sum over the earlier gradients."""
    for t in range(len(gradients)):
        momentum = sum((1 - beta2) * beta2 ** (t - 1 - i) * gradients[i] for i in range(t))
        update = np.where(beta1 * momentum + (1 - beta1) * gradients[t] > 0, 1.0, -1.0)
        w = w - lr * (update + (weight_decay * w if w.ndim > 1 else 0))
    return w


@pytest.mark.parametrize(("make", "formula"), [
    (lambda: Lamb(0.1, 0.8, 0.9, 1e-3, 0.2), lamb),
    (lambda: Lion(0.1, 0.8, 0.9, 0.2), lion),
])  # fmt: skip
def test_fifty_steps_equal_the_papers_formula(make, formula):
    rng = np.random.default_rng(1)
    net = two_axes(rng)
    gradients = {"W": rng.normal(size=(50, 3, 2)), "b": rng.normal(size=(50, 2))}
    expected = {name: formula(p.data.copy(), list(gradients[name])) for name, p in net.named_params()}
    optimizer = make().setup(net)
    for W, b in zip(gradients["W"], gradients["b"], strict=True):
        give(net, W=W, b=b)
        optimizer.update()
    for name, p in net.named_params():
        np.testing.assert_allclose(p.data, expected[name], rtol=1e-10)


@pytest.mark.parametrize(("w", "g"), [([0.0, 0.0], [1.0, -2.0]), ([3.0, 4.0], [0.0, 0.0])])
def test_lamb_steps_as_adam_where_a_norm_is_0(w, g):
    nets = [model(w=w), model(w=w)]
    for net, optimizer in zip(nets, [Lamb(0.1), Adam(0.1, eps=1e-6)], strict=True):
        give(net, w=g)
        optimizer.setup(net).update()
    np.testing.assert_allclose(nets[0].w.data, nets[1].w.data, rtol=1e-14)


@pytest.mark.parametrize("name", EVERY)
def test_the_bottom_of_a_bowl_is_found(name):
    net = model(x=[[2.0, -1.5], [0.5, 1.0]])
    bottom, steep = np.array([[1.0, 0.5], [-0.5, 0.8]]), np.array([[1.0, 3.0], [2.0, 0.5]])
    optimizer = EVERY[name]().setup(net)
    for _ in range(400):
        net.cleargrads()
        F.sum(steep * (net.x - bottom) ** 2).backward()
        optimizer.update()
    np.testing.assert_allclose(net.x.data, bottom, atol=0.01)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_dtype_stays_and_half_precision_is_stepped_in_single(name, dtype):
    net, optimizer = two_axes(np.random.default_rng(0), dtype), EVERY[name]()
    optimizer.setup(net).lr = np.float64(0.1)  # a NumPy number must not widen anything
    for _ in range(3):
        give(net, W=np.full((3, 2), 1e-4, dtype), b=np.ones(2, dtype))
        optimizer.update()
    assert {p.dtype for p in net.params()} == {np.dtype(dtype)}
    arrays = [a for memory in optimizer.state.values() for a in memory.arrays.values()]
    assert {a.dtype for a in arrays} <= {np.dtype(np.float32 if dtype == np.float16 else dtype)}
    assert all(np.isfinite(p.data).all() for p in net.params())


def test_a_small_gradient_in_half_precision_still_moves_as_adam_moves():
    net = model(w=np.zeros(1, np.float16))
    give(net, w=np.full(1, 1e-4, np.float16))
    Adam(0.01).setup(net).update()
    np.testing.assert_allclose(net.w.data, [-0.01], rtol=1e-3)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_parameter_without_axes_is_stepped_as_one_with_an_axis(name, dtype):
    nets = [model(x=np.array(2.0, dtype)), model(x=np.array([2.0], dtype))]
    for net in nets:
        optimizer = EVERY[name]().setup(net)
        for _ in range(3):
            give(net, x=np.full(net.x.shape, 0.7, dtype))
            optimizer.update()
        assert type(net.x.data) is np.ndarray
        assert net.x.dtype == dtype
    assert nets[0].x.item() != 2.0
    np.testing.assert_allclose(nets[0].x.data, nets[1].x.data[0], rtol=1e-6)


@pytest.mark.parametrize("name", EVERY)
def test_gradients_are_left_as_they_are(name):
    net, gradient = model(x=[[1.0, 2.0]]), np.array([[0.3, -0.4]])
    optimizer = EVERY[name]().setup(net)
    for _ in range(2):
        give(net, x=gradient)
        optimizer.update()
        np.testing.assert_array_equal(net.x.grad.data, gradient)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("name", [name for name in EVERY if name != "Lamb"])  # whose steps depend on a norm
def test_large_parameters_are_stepped_as_their_elements_are(name, order):
    rng = np.random.default_rng(0)
    w = rng.normal(size=(3, PART // 2 + 7))
    gs = [rng.normal(size=w.shape) for _ in range(3)]
    picked = np.index_exp[::2, :: PART // 3]
    large, small = model(w=w), model(w=w[picked])
    large.w.data = np.array(w, order=order)
    optimizers = [EVERY[name]().setup(net) for net in (large, small)]
    for g in gs:
        give(large, w=g)
        give(small, w=g[picked])
        for optimizer in optimizers:
            optimizer.update()
    np.testing.assert_allclose(large.w.data[picked], small.w.data, rtol=1e-12)
    assert (large.w.data != w).all()
