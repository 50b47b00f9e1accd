"""Layers that normalise: their parameters and buffers, modes, files, copies, and training with them."""

import copy
import pickle

import numpy as np
import pytest

import rung
import rung.functions as F
import rung.layers as L
from rung import Variable
from rung.errors import ShapeError, ValueRangeError, WeightFileError
from rung.optimizers import SGD, Adam, AdamW
from rung.transform import checkpoint, grad

RNG = np.random.default_rng(0)
X = RNG.standard_normal((4, 6, 3)).astype(np.float32)

LAYERS = {
    "BatchNorm": (L.BatchNorm, {"in_channels": 6}, F.batch_norm),
    "LayerNorm": (L.LayerNorm, {"in_size": 3}, F.layer_norm),
    "LayerNorm over two": (lambda **o: L.LayerNorm((-2, -1), **o), {"in_size": (6, 3)}, F.layer_norm),
    "RMSNorm": (L.RMSNorm, {"in_size": 3}, F.rms_norm),
    "GroupNorm": (lambda **o: L.GroupNorm(2, **o), {"in_channels": 6}, F.group_norm),
    "InstanceNorm": (L.InstanceNorm, {"in_channels": 6}, F.instance_norm),
}


class Net(rung.Model):
    def __init__(self):
        self.l1, self.norm, self.l2 = L.Linear(5), L.BatchNorm(), L.Linear(2)

    def forward(self, x):
        return self.l2(F.relu(self.norm(self.l1(x))))


def trained(net, steps, optimizer=None, seed=0):
    rng = np.random.default_rng(seed)
    optimizer = optimizer or SGD(0.1).setup(net)
    for _ in range(steps):
        loss = F.mean(net(rng.standard_normal((8, 3)).astype(np.float32)) ** 2)
        net.cleargrads()
        loss.backward()
        optimizer.update()
    return net


@pytest.mark.parametrize("name", LAYERS)
def test_sizes_are_given_or_learnt_and_the_result_is_the_functions(name):
    make, sizes, _ = LAYERS[name]
    known, learnt = make(**sizes), make()
    assert all(p.is_sized for p in known.params())
    assert not any(p.is_sized for p in learnt.params())
    np.testing.assert_array_equal(known(X).data, learnt(X).data)
    assert {n: p.shape for n, p in known.named_params()} == {n: p.shape for n, p in learnt.named_params()}
    assert {p.dtype for p in known.params()} == {np.dtype(np.float32)} == {known(X).dtype}
    assert make(dtype="float64", **sizes).gamma.dtype == np.float64
    known.gamma.data = known.gamma.data * 2
    np.testing.assert_allclose(known(X).data, 2 * learnt(X).data, rtol=1e-6)


@pytest.mark.parametrize("name", LAYERS)
def test_another_size_is_refused(name):
    make, sizes, function = LAYERS[name]
    layer = make(**sizes)
    with pytest.raises(ShapeError, match=rf"{function.__name__}: (gamma|mean) must have one element.*\(4, 8, 4\)"):
        layer(RNG.standard_normal((4, 8, 4)))


def test_what_is_no_size_is_refused():
    with pytest.raises(ValueRangeError, match="BatchNorm: expected size to be an integer of at least 1, but got 0"):
        L.BatchNorm(in_channels=0)
    with pytest.raises(ShapeError, match=r"batch_norm: expected x of shape \(N, C, ...\)"):
        L.BatchNorm()(np.ones(3))


def test_scales_and_shifts_may_be_left_out():
    assert not list(L.LayerNorm(affine=False).params())
    assert not list(L.InstanceNorm(affine=False).params())
    assert not list(L.GroupNorm(2, affine=False).params())
    assert [n for n, _ in L.LayerNorm(nobias=True).named_params()] == ["gamma"]
    np.testing.assert_allclose(L.LayerNorm(affine=False)(X).data, L.LayerNorm(nobias=True)(X).data)


def test_names_are_those_of_the_book():
    layer = L.BatchNorm(in_channels=2)
    assert sorted(layer.state_dict()) == ["avg_mean", "avg_var", "beta", "gamma"]
    assert [n for n, _ in layer.named_params()] == ["gamma", "beta"]
    assert [n for n, _ in layer.named_buffers()] == ["avg_mean", "avg_var"]


def test_test_mode_before_any_batch_is_mean_0_and_variance_1():
    for layer in (L.BatchNorm(in_channels=6), L.BatchNorm()):
        with rung.test_mode():
            np.testing.assert_allclose(layer(X).data, X / np.sqrt(1 + 2e-5), rtol=1e-6)


def test_running_statistics_move_in_training_and_stay_in_test_mode():
    layer = L.BatchNorm(decay=0.5, in_channels=6)
    layer(X)
    after = layer.avg_mean.data.copy()
    np.testing.assert_allclose(after, 0.5 * X.mean((0, 2)), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(layer.avg_var.data, 0.5 + 0.5 * X.var((0, 2), ddof=1), rtol=1e-5)
    with rung.test_mode():
        layer(X)
    np.testing.assert_array_equal(layer.avg_mean.data, after)


def test_a_frozen_batch_norm_is_fixed_in_training_too():
    net = trained(Net(), 3)
    net.freeze()
    before = {name: array.copy() for name, array in net.state_dict().items()}
    y = net(X[:, :3, 0])
    with rung.test_mode():
        np.testing.assert_array_equal(net(X[:, :3, 0]).data, y.data)
    for name, array in net.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    net.unfreeze()
    net(X[:, :3, 0])
    assert (net.norm.avg_mean.data != before["norm.avg_mean"]).any()


def test_gradients_reach_the_input_in_test_mode():
    """As Grad-CAM, style transfer and fine-tuning need; in the book's framework this is a TypeError."""
    net = trained(Net(), 3)
    x = Variable(X[:, :3, 0])
    with rung.test_mode():
        gradient = grad(F.sum(net(x)[:, 0]), x)
        h, d = 1e-2, RNG.standard_normal(x.shape).astype(np.float32)
        slope = (F.sum(net(x.data + h * d)[:, 0]).item() - F.sum(net(x.data - h * d)[:, 0]).item()) / (2 * h)
    assert np.sum(gradient.data * d) == pytest.approx(slope, rel=5e-2, abs=1e-2)
    assert all(p.grad is None for p in [net.norm.avg_mean, net.norm.avg_var])


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_buffers_are_saved_and_loaded_also_before_the_first_batch(tmp_path, suffix):
    net, other = trained(Net(), 3), Net()
    net.save_weights(tmp_path / f"w.{suffix}")
    other.load_weights(tmp_path / f"w.{suffix}")
    with rung.test_mode():
        np.testing.assert_array_equal(other(X[:, :3, 0]).data, net(X[:, :3, 0]).data)
    with pytest.raises(WeightFileError, match="gamma must be of shape"):
        L.BatchNorm(in_channels=4).load_state_dict(L.BatchNorm(in_channels=5).state_dict())


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies_go_on_by_themselves(twin):
    net = trained(Net(), 3)
    other = twin(net)
    before = net.norm.avg_mean.data.copy()
    trained(other, 2, seed=1)
    np.testing.assert_array_equal(net.norm.avg_mean.data, before)
    trained(net, 2, seed=1)
    for name, array in net.state_dict().items():
        np.testing.assert_array_equal(array, other.state_dict()[name])


def test_training_resumes_to_the_very_same_statistics(tmp_path):
    rung.seed(0)
    first = trained(Net(), 3)
    first.save_weights(tmp_path / "w.npz")
    second = Net()
    second.load_weights(tmp_path / "w.npz")
    trained(second, 3, seed=1)
    rung.seed(0)
    through = trained(trained(Net(), 3), 3, seed=1)
    for name, array in through.state_dict().items():
        np.testing.assert_array_equal(array, second.state_dict()[name])


def test_weight_decay_leaves_scales_alone():
    net = trained(Net(), 1)
    gamma = net.norm.gamma.data.copy()
    optimizer = AdamW(0.1, weight_decay=0.5).setup(net)
    with rung.test_mode():
        loss = F.sum(net(X[:, :3, 0])) * 0.0
    net.cleargrads()
    loss.backward()
    optimizer.update()
    np.testing.assert_array_equal(net.norm.gamma.data, gamma)


def test_a_checkpointed_block_trains_as_a_plain_one():
    plain = trained(Net(), 1)
    twin = copy.deepcopy(plain)
    x = X[:, :3, 0]
    F.sum(plain(x) ** 2).backward()
    F.sum(checkpoint(twin, Variable(x)) ** 2).backward()
    for (name, p), q in zip(plain.named_params(), twin.params(), strict=True):
        np.testing.assert_allclose(q.grad.data, p.grad.data, rtol=1e-5, atol=1e-7, err_msg=name)
    np.testing.assert_array_equal(plain.norm.avg_mean.data, twin.norm.avg_mean.data)


def test_a_network_learns_through_each_layer():
    t = (X[:, :, 0].sum(1) > 0).astype(int)
    for name, (make, sizes, _) in LAYERS.items():
        head = L.Linear(2)
        net = L.Sequential(L.Linear(3), make(**sizes), F.relu, _flat, head)
        optimizer, losses = Adam(0.05).setup(net), []
        for _ in range(30):
            loss = F.softmax_cross_entropy(net(X), t)
            net.cleargrads()
            loss.backward()
            optimizer.update()
            losses.append(loss.item())
        assert losses[-1] < losses[0] / 3, name


def _flat(x):
    return F.reshape(x, (x.shape[0], -1))


def test_the_summary_counts_parameters_and_moves_nothing():
    net = Net()
    assert net.summary(X[:, :3, 0]).parameters == 3 * 5 + 5 + 5 + 5 + 5 * 2 + 2
    np.testing.assert_array_equal(net.norm.avg_mean.data, 0)
