"""Weights made of other parameters, for any layer: names, sizes, files, modes, copies, and the way back."""

import copy
import pickle

import numpy as np
import pytest

import rung
import rung.functions as F
import rung.layers as L
from rung import Parameter, Variable
from rung.errors import DTypeError, ValueRangeError
from rung.optimizers import Adam
from rung.transform import checkpoint, grad, vmap

RNG = np.random.default_rng(0)
X = RNG.standard_normal((4, 5)).astype(np.float32)
WRAPPERS = [L.WeightNorm, L.SpectralNorm]


class Memory(L.Layer):
    """A layer with a state that each call changes, and a weight that is no matrix."""

    def __init__(self):
        self.kernel = Parameter(RNG.standard_normal((2, 5, 3)), name="kernel")
        self.state = None

    def forward(self, x):
        y = F.tensordot(x, self.kernel, ((1,), (1,)))
        self.state = y if self.state is None else self.state + y
        return self.state


def test_weight_norm_starts_with_the_layers_own_weight():
    layer = L.Linear(3, in_size=5)
    y = layer(X).data
    wrapped = L.WeightNorm(layer)
    np.testing.assert_allclose(wrapped(X).data, y, rtol=1e-5, atol=1e-6)
    assert [(n, p.shape) for n, p in wrapped.named_params()] == [("layer.b", (3,)), ("v", (5, 3)), ("g", (3,))]
    np.testing.assert_allclose(wrapped.g.data, np.linalg.norm(wrapped.v.data, axis=0), rtol=1e-6)


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_sizes_are_learnt_from_the_first_batch(wrap):
    wrapped = wrap(L.Linear(3))
    assert not wrapped.raw.is_sized
    assert wrapped(X).shape == (4, 3)
    assert wrapped.raw.shape == (5, 3)
    assert wrapped.output_axis() == 1
    wrapped.cleargrads()
    F.sum(wrapped(X) ** 2).backward()
    assert all(p.grad is not None for p in wrapped.params())


def test_a_network_around_it_draws_the_same_weights_as_one_without():
    rung.seed(1)
    plain = L.Linear(3)
    plain(X)
    rung.seed(1)
    wrapped = L.WeightNorm(L.Linear(3))
    wrapped(X)
    np.testing.assert_array_equal(wrapped.v.data, plain.W.data)


@pytest.mark.parametrize("wrap", WRAPPERS)
@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_weights_and_vectors_are_saved_and_loaded_before_the_first_batch(wrap, suffix, tmp_path):
    wrapped, other = wrap(L.Linear(3)), wrap(L.Linear(3))
    wrapped(X)
    wrapped.save_weights(tmp_path / f"w.{suffix}")
    other.load_weights(tmp_path / f"w.{suffix}")
    with rung.test_mode():
        np.testing.assert_array_equal(other(X).data, wrapped(X).data)


@pytest.mark.parametrize("wrap", WRAPPERS)
@pytest.mark.parametrize("twin", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies_are_equal_and_go_on_by_themselves(wrap, twin):
    wrapped = wrap(L.Linear(3))
    wrapped(X)
    other = twin(wrapped)
    np.testing.assert_array_equal(other(X).data, wrapped(X).data)
    state = {name: array.copy() for name, array in wrapped.state_dict().items()}
    for _ in range(3):
        other(X)
    for name, array in wrapped.state_dict().items():
        np.testing.assert_array_equal(array, state[name])


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_any_layer_and_any_parameter_will_do_and_states_stay(wrap):
    layer = Memory()
    wrapped = wrap(layer, name="kernel")
    first, second = wrapped(X.astype(float)), wrapped(X.astype(float))
    assert wrapped.output_axis() == 0
    assert layer.state is second
    assert second is not first
    assert layer.kernel is None


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_nothing_is_left_behind_by_a_call_that_fails(wrap):
    wrapped = wrap(L.Linear(3, in_size=5))
    before = dict(vars(wrapped.layer))
    with pytest.raises(rung.errors.ShapeError):
        wrapped(X[:, :2])
    assert vars(wrapped.layer) == before


def test_spectral_norm_comes_to_the_largest_singular_value_and_stays_in_test_mode():
    wrapped = L.SpectralNorm(L.Linear(3, in_size=5))
    for _ in range(200):
        wrapped(X)
    s = np.linalg.svd(wrapped.W.data, compute_uv=False)
    np.testing.assert_allclose(wrapped.weight().data, wrapped.W.data / s[0], rtol=1e-5)
    state = {name: array.copy() for name, array in wrapped.state_dict().items()}
    with rung.test_mode():
        wrapped(X)
    for name, array in wrapped.state_dict().items():
        np.testing.assert_array_equal(array, state[name])


def test_singular_vectors_are_buffers_and_near_from_the_start():
    wrapped = L.SpectralNorm(L.Linear(3, in_size=5))
    assert [n for n, _ in wrapped.named_buffers()] == ["u", "v"]
    assert [n for n, _ in wrapped.named_params()] == ["layer.b", "W"]
    with rung.test_mode():
        assert np.linalg.norm(wrapped.weight().data, 2) == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_gradients_are_those_of_differences(wrap):
    wrapped = wrap(L.Linear(3, in_size=5, dtype="float64"))
    x, d, h = X.astype(float), RNG.standard_normal((5, 3)), 1e-6
    with rung.test_mode():
        loss = F.sum(wrapped(x) ** 3)
        gradient = grad(loss, wrapped.raw)
        values = []
        for sign in (1, -1):
            wrapped.raw.data = wrapped.raw.data + sign * h * d
            values.append(F.sum(wrapped(x) ** 3).item())
            wrapped.raw.data = wrapped.raw.data - sign * h * d
    assert np.sum(gradient.data * d) == pytest.approx((values[0] - values[1]) / (2 * h), rel=1e-6)


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_networks_learn_with_them_also_in_checkpoints_and_through_vmap(wrap):
    net = L.Sequential(wrap(L.Linear(8)), F.relu, wrap(L.Linear(1)))
    optimizer, losses = Adam(0.05).setup(net), []
    t = X[:, :1] * 0.5
    for step in range(60):
        y = checkpoint(net, Variable(X)) if step % 2 else net(X)
        loss = F.mean_squared_error(y, t)
        net.cleargrads()
        loss.backward()
        optimizer.update()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 5
    with rung.test_mode():
        np.testing.assert_allclose(vmap(lambda x: net(x))(X).data, net(X).data, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_folding_gives_the_layer_back_with_the_weight_that_it_had(wrap):
    wrapped = wrap(L.Linear(3))
    wrapped(X)
    with rung.test_mode():
        y = wrapped(X).data
    layer = wrapped.fold()
    assert [n for n, _ in layer.named_params()] in (["W", "b"], ["b", "W"])
    np.testing.assert_allclose(layer(X).data, y, rtol=1e-6)


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_a_summary_counts_each_parameter_once(wrap):
    wrapped = wrap(L.Linear(3))
    counted = wrapped.summary(X).parameters
    assert counted == sum(p.size for p in wrapped.params())


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_what_cannot_be_wrapped_is_refused(wrap):
    with pytest.raises(DTypeError, match=f"{wrap.__name__}: expected a layer, but got function"):
        wrap(F.relu)
    with pytest.raises(
        ValueRangeError, match=f"{wrap.__name__}: expected the name of a parameter of the Linear itself"
    ):
        wrap(L.Linear(3), name="weight")
    with pytest.raises(ValueRangeError, match="it has gamma, beta"):
        wrap(L.BatchNorm(), name="avg_mean")
    with pytest.raises(ValueRangeError, match="but got 'W'; it has b"):
        wrap(wrap(L.Linear(3)).layer)


def test_weight_norm_is_pytorchs_parametrization():
    torch = pytest.importorskip("torch")
    theirs = torch.nn.Linear(5, 3).double()
    ours = L.WeightNorm(L.Linear(3, in_size=5, dtype="float64"))
    x = RNG.standard_normal((4, 5))
    theirs = torch.nn.utils.parametrizations.weight_norm(theirs)
    original = theirs.parametrizations.weight
    ours.load_state_dict(
        {
            "layer.b": theirs.bias.detach().numpy(),
            "v": original.original1.detach().numpy().T,
            "g": original.original0.detach().numpy()[:, 0] * 2,
        }
    )
    with torch.no_grad():
        original.original0 *= 2
    y, t = ours(x), theirs(torch.tensor(x))
    np.testing.assert_allclose(y.data, t.detach().numpy(), rtol=1e-10)
    F.sum(y**2).backward()
    (t**2).sum().backward()
    np.testing.assert_allclose(ours.v.grad.data, original.original1.grad.numpy().T, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ours.g.grad.data, original.original0.grad.numpy()[:, 0], rtol=1e-8, atol=1e-10)
