"""Hooks change gradients before a step, and nothing else."""

import numpy as np
import pytest
from optimizers.samples import give, model

import rung
import rung.functions as F
import rung.layers as L
from rung.errors import DTypeError, NanError, ValueRangeError
from rung.optimizers import SGD, ClipGrad, FreezeParam, GradientNoise, WeightDecay


@pytest.mark.parametrize("loss", [lambda net: F.sum(net.a) + F.sum(net.b), lambda net: F.sum(net.a + net.b)])
def test_weight_decay_in_place_touches_only_its_own_gradient(loss):
    net = model(a=[1.0], b=[2.0])
    loss(net).backward()
    SGD(1.0).setup(net).add_hook(WeightDecay(0.5)).update()
    assert (net.a.item(), net.b.item()) == (-0.5, 0.0)


def test_weight_decay_is_sgds_own_decay_and_takes_in_biases():
    nets = [model(W=[[2.0]], b=[3.0]), model(W=[[2.0]], b=[3.0])]
    optimizers = [
        SGD(0.1).setup(nets[0]).add_hook(WeightDecay(0.5)),
        SGD(0.1, weight_decay=0.5).setup(nets[1]).add_group("*", weight_decay=0.5),
    ]
    for net, optimizer in zip(nets, optimizers, strict=True):
        give(net, W=[[1.0]], b=[1.0])
        optimizer.update()
    np.testing.assert_allclose(nets[0].W.data, nets[1].W.data, rtol=1e-14)
    np.testing.assert_allclose(nets[0].b.data, nets[1].b.data, rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_clipping_shortens_all_gradients_together(dtype):
    net = model(a=np.zeros(1, dtype), b=np.zeros((1, 1), dtype), c=np.zeros((), dtype))
    give(net, a=[3.0], b=[[4.0]], c=12.0)
    ClipGrad(1.0)(list(net.params()))
    np.testing.assert_allclose([net.a.grad.item(), net.b.grad.item(), net.c.grad.item()],
                               np.array([3, 4, 12]) / 13, rtol=1e-3)  # fmt: skip
    assert {p.grad.dtype for p in net.params()} == {np.dtype(dtype)}


@pytest.mark.parametrize("gradient", [[0.0, 0.0], [0.3, 0.4], [0.6, 0.8]])
def test_short_gradients_are_left_to_the_last_bit(gradient):
    net = model(a=[0.0, 0.0])
    give(net, a=gradient)
    ClipGrad(1.0)([net.a])
    np.testing.assert_array_equal(net.a.grad.data, gradient)


def test_clipping_neither_overflows_nor_underflows():
    net = model(a=np.zeros(2, np.float32))
    for size in (1e30, 1e-30):
        give(net, a=np.array([3.0, 4.0], np.float32) * np.float32(size))
        ClipGrad(1e-31)([net.a])
        np.testing.assert_allclose(net.a.grad.data, [6e-32, 8e-32], rtol=1e-5)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_is_an_error_and_nothing_has_changed(bad):
    net = model(a=[1.0], b=[1.0])
    net.b.name = "bias"
    give(net, a=[1.0], b=[bad])
    optimizer = SGD(0.1).setup(net).add_hook(ClipGrad(0.5))
    with pytest.raises(NanError, match=r"the gradient of parameter 1 \(bias, float64 \(1,\)\) is not finite"):
        optimizer.update()
    assert [net.a.item(), net.b.item(), net.a.grad.item(), optimizer.t] == [1.0, 1.0, 1.0, 0]


def test_clipping_equals_pytorchs():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    net = model(a=rng.normal(size=(3, 2)), b=rng.normal(size=4))
    give(net, a=rng.normal(size=(3, 2)), b=rng.normal(size=4))
    peers = [torch.tensor(p.data, requires_grad=True) for p in net.params()]
    for p, w in zip(net.params(), peers, strict=True):
        w.grad = torch.tensor(p.grad.data)
    torch.nn.utils.clip_grad_norm_(peers, 0.7)
    ClipGrad(0.7)(list(net.params()))
    for p, w in zip(net.params(), peers, strict=True):
        np.testing.assert_allclose(p.grad.data, w.grad.numpy(), rtol=1e-5)  # PyTorch adds 1e-6 to the norm


def test_frozen_parameters_stay_and_later_hooks_never_see_them():
    net = L.Layer()
    net.l1, net.w = L.Linear(1, in_size=1), model(w=[2.0]).w
    F.sum(net.l1(np.ones((1, 1), np.float32)) * net.w).backward()
    before = {name: p.data.copy() for name, p in net.named_params()}
    SGD(0.1).setup(net).add_hook(FreezeParam(net.l1)).add_hook(WeightDecay(0.1)).add_hook(ClipGrad(1.0)).update()
    changed = [name for name, p in net.named_params() if (p.data != before[name]).any()]
    assert changed == ["w"]
    FreezeParam(net.w)([net.w])
    assert net.w.grad is None


def test_a_hook_of_ones_own_may_take_a_gradient_away():
    net = model(a=[1.0], b=[2.0])
    give(net, a=[1.0], b=[1.0])
    SGD(1.0).setup(net).add_hook(lambda params: net.a.cleargrad()).update()
    assert (net.a.item(), net.b.item()) == (1.0, 1.0)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_noise_has_its_variance_dies_down_and_keeps_the_dtype(dtype):
    net = model(w=np.zeros(20_000, dtype))
    noise = GradientNoise(0.04, gamma=0.5)
    for t in range(4):
        give(net, w=np.ones(20_000, dtype))
        noise([net.w])
        drawn = net.w.grad.data.astype(np.float64) - 1
        assert drawn.std() == pytest.approx(np.sqrt(0.04 / (1 + t) ** 0.5), rel=0.03)
        assert abs(drawn.mean()) < 0.01
        assert net.w.grad.dtype == dtype


def test_noise_comes_from_the_seeded_generator():
    draws = []
    for _ in range(2):
        rung.seed(3)
        net = model(w=[0.0, 0.0], s=0.0)
        give(net, w=[1.0, 1.0], s=1.0)
        GradientNoise(1.0)(list(net.params()))
        draws.append(np.append(net.w.grad.data, net.s.grad.data))
    np.testing.assert_array_equal(*draws)
    assert len({*draws[0].tolist(), 1.0}) == 4


def test_no_parameters_are_no_trouble():
    for hook in (WeightDecay(0.1), ClipGrad(1.0), FreezeParam(), GradientNoise(1.0)):
        SGD(0.1).setup(model(a=[1.0])).add_hook(hook).update()


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueRangeError, match="WeightDecay: rate must be a number of at least 0, but got -1"):
        WeightDecay(-1)
    with pytest.raises(ValueRangeError, match="ClipGrad: max_norm must be above 0"):
        ClipGrad(0)
    with pytest.raises(ValueRangeError, match="GradientNoise: gamma"):
        GradientNoise(0.1, gamma=float("nan"))
    with pytest.raises(DTypeError, match="FreezeParam: expected layers or parameters, but got str"):
        FreezeParam("l1")
