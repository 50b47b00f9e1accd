"""Weights under PyTorch's names go to the right places, turned where they must be."""

import numpy as np
import pytest

import rung.functions as F
import rung.layers as L
from rung.errors import WeightFileError


class Net(L.Layer):
    def __init__(self):
        self.body = L.Sequential(L.Linear(4), F.relu, L.Linear(3))
        self.head = L.Linear(2, nobias=True)

    def forward(self, x):
        return self.head(F.relu(self.body(x)))


def state():
    rng = np.random.default_rng(0)
    shapes = {"body.0.weight": (4, 5), "body.0.bias": (4,), "body.2.weight": (3, 4), "body.2.bias": (3,)}
    return {name: rng.standard_normal(shape).astype("f") for name, shape in {**shapes, "head.weight": (2, 3)}.items()}


def test_names_of_a_sequential_are_numbers():
    net = Net()
    net(np.ones((1, 5)))
    assert [name for name, _ in net.named_params()] == ["body.0.W", "body.0.b", "body.2.W", "body.2.b", "head.W"]


def test_what_is_set_on_a_sequential_belongs_to_it():
    net = L.Sequential(L.Linear(2))
    net.scale = L.Parameter(np.ones(1))
    assert [name for name, _ in net.named_params()] == ["0.W", "0.b", "scale"]


def test_matrices_are_turned_and_sizes_learnt():
    net, theirs = Net(), state()
    net.load_state_dict(theirs)
    np.testing.assert_array_equal(net.body[0].W.data, theirs["body.0.weight"].T)
    np.testing.assert_array_equal(net.head.W.data, theirs["head.weight"].T)
    x = np.ones((2, 5), "f")
    h = np.maximum(x @ theirs["body.0.weight"].T + theirs["body.0.bias"], 0)
    h = np.maximum(h @ theirs["body.2.weight"].T + theirs["body.2.bias"], 0)
    np.testing.assert_allclose(net(x).data, h @ theirs["head.weight"].T, rtol=1e-5)


def test_what_is_missing_or_unknown_is_named_and_nothing_loaded():
    net, theirs = Net(), state()
    net(np.ones((1, 5)))
    before = net.head.W.data.copy()
    del theirs["body.2.bias"]
    with pytest.raises(WeightFileError, match=r"body.2.b is missing; tail.weight is unknown"):
        net.load_state_dict({**theirs, "tail.weight": np.ones(1)})
    np.testing.assert_array_equal(net.head.W.data, before)


def test_a_layer_may_say_where_pytorch_has_its_layers():
    class Renamed(Net):
        def rename_pytorch(self, name):
            return name.replace("classifier.", "head.")

    net, theirs = Renamed(), state()
    net.load_state_dict({name.replace("head", "classifier"): array for name, array in theirs.items()})
    np.testing.assert_array_equal(net.head.W.data, theirs["head.weight"].T)


def test_own_names_are_never_turned():
    net = L.Sequential(L.Linear(3))
    net(np.ones((1, 3)))
    square = np.arange(9.0, dtype="f").reshape(3, 3)
    net.load_state_dict({"0.W": square, "0.b": np.zeros(3, "f")})
    np.testing.assert_array_equal(net[0].W.data, square)


def test_pytorchs_own_module_gives_the_same_outputs():
    torch = pytest.importorskip("torch")
    theirs = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    net = L.Sequential(L.Linear(4), F.tanh, L.Linear(2))
    net.load_state_dict({name: tensor.numpy() for name, tensor in theirs.state_dict().items()})
    x = np.random.default_rng(0).standard_normal((3, 5)).astype("f")
    np.testing.assert_allclose(net(x).data, theirs(torch.tensor(x)).detach().numpy(), atol=1e-6)
