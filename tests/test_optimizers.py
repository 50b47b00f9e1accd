"""Optimizers against PyTorch's, and their manners: hooks, shared and frozen parameters, aliasing."""

import numpy as np
import pytest

import rung.functions as F
import rung.layers as L
from rung import Parameter
from rung.errors import GraphError, MutationError, ValueRangeError
from rung.optimizers import SGD, Adam, MomentumSGD, Optimizer

PEERS = {
    "sgd": (lambda: SGD(0.01), lambda torch, p: torch.optim.SGD(p, 0.01)),
    "momentum": (lambda: MomentumSGD(0.01, 0.9), lambda torch, p: torch.optim.SGD(p, 0.01, momentum=0.9)),
    "adam": (lambda: Adam(0.1), lambda torch, p: torch.optim.Adam(p, 0.1)),
    "adam with its own betas": (lambda: Adam(0.01, 0.8, 0.99, 1e-3),
                                lambda torch, p: torch.optim.Adam(p, 0.01, (0.8, 0.99), 1e-3)),
}  # fmt: skip


class Valley(L.Layer):
    def __init__(self):
        self.x = Parameter(np.array([-1.0, 2.0]))

    def forward(self):
        a, b = self.x[0], self.x[1]
        return (1 - a) ** 2 + 5 * (b - a * a) ** 2


@pytest.mark.parametrize("name", PEERS)
def test_twenty_steps_equal_pytorchs(name):
    torch = pytest.importorskip("torch")
    make, make_peer = PEERS[name]
    valley, w = Valley(), torch.tensor([-1.0, 2.0], dtype=torch.float64, requires_grad=True)
    optimizer, peer = make().setup(valley), make_peer(torch, [w])
    for _ in range(20):
        valley.cleargrads()
        valley().backward()
        optimizer.update()
        peer.zero_grad()
        ((1 - w[0]) ** 2 + 5 * (w[1] - w[0] ** 2) ** 2).backward()
        peer.step()
        np.testing.assert_allclose(valley.x.data, w.detach().numpy(), rtol=1e-10)


@pytest.mark.parametrize("make", [make for make, _ in PEERS.values()])
def test_float32_stays_float32(make):
    layer = L.Linear(2, in_size=3)
    optimizer = make().setup(layer)
    for _ in range(2):
        layer.cleargrads()
        F.sum(layer(np.ones((1, 3), np.float32))).backward()
        optimizer.update()
    arrays = [p.data for p in layer.params()] + [a for s in optimizer.state.values() for a in s.values()]
    assert {a.dtype for a in arrays} == {np.dtype("float32")}


def test_a_shared_parameter_is_stepped_once():
    net = L.Layer()
    net.a = net.b = Parameter(np.array([1.0]))
    (net.a * 1.0).sum().backward()
    SGD(1.0).setup(net).update()
    assert net.a.data[0] == 0


def test_weight_decay_in_place_touches_only_its_own_gradient():
    net = L.Layer()
    net.a, net.b = Parameter(np.array([1.0])), Parameter(np.array([2.0]))

    def decay(params):
        for p in params:
            p.grad.data += 0.5 * p.data

    F.sum(net.a + net.b).backward()
    SGD(1.0).setup(net).add_hook(decay).update()
    assert (net.a.data[0], net.b.data[0]) == (-0.5, 0.0)


def test_a_hook_may_take_a_gradient_away():
    net = L.Layer()
    net.a, net.b = Parameter(np.array([1.0])), Parameter(np.array([2.0]))
    F.sum(net.a + net.b).backward()
    SGD(1.0).setup(net).add_hook(lambda params: net.a.cleargrad()).update()
    assert (net.a.data[0], net.b.data[0]) == (1.0, 1.0)


def test_a_step_between_forward_and_backward_is_noticed():
    layer = L.Linear(2, in_size=2)
    x = np.ones((1, 2), np.float32)
    optimizer = SGD(0.1).setup(layer)
    first = F.sum(F.tanh(layer(F.tanh(layer(x)))))
    second = F.sum(F.tanh(layer(F.tanh(layer(x)))))
    first.backward()
    optimizer.update()
    with pytest.raises(MutationError):
        second.backward()


def test_an_optimizer_in_the_books_style():
    class Own(Optimizer):
        def update_one(self, param):
            param.data -= 0.5 * param.grad.data

    net = L.Layer()
    net.a = Parameter(np.array([1.0]))
    net.a.sum().backward()
    Own().setup(net).update()
    assert net.a.data[0] == 0.5


def test_wrong_use_says_what_to_do():
    with pytest.raises(GraphError, match="before setup"):
        SGD().update()
    with pytest.raises(ValueRangeError, match="the learning rate must be a number of at least 0, but got -1"):
        SGD(-1)
    with pytest.raises(ValueRangeError):
        Adam(float("nan"))
