"""Which parameters are stepped, and with which numbers: the base of optimizers, groups, schedules."""

import copy

import numpy as np
import pytest
from optimizers.samples import EVERY, give, model, regression

import rung.functions as F
import rung.layers as L
from rung import Parameter, schedules
from rung.errors import DTypeError, GraphError, MutationError, ValueRangeError
from rung.optimizers import SGD, Adam, AdamW, Hyperparameter, Lamb, Lion, MomentumSGD, Optimizer

# Who is stepped


def test_a_shared_parameter_is_stepped_once():
    net = model(a=[1.0])
    net.b = net.a
    give(net, a=[1.0])
    SGD(1.0).setup(net).update()
    assert net.a.data[0] == 0


def test_frozen_parameters_and_those_without_a_gradient_are_not_stepped():
    net = model(a=[1.0], b=[1.0], c=[1.0])
    give(net, a=[1.0], b=[1.0])
    net.b.trainable = False
    optimizer = SGD(0.5).setup(net)
    optimizer.update()
    assert [p.item() for p in net.params()] == [0.5, 1.0, 1.0]
    assert optimizer.t == 1


def test_a_parameter_without_a_size_waits_for_its_first_batch():
    net = L.Sequential(L.Linear(2, in_size=2), L.Linear(1))
    optimizer = SGD(0.1).setup(net).add_group("*.W", lr_scale=2.0)
    optimizer.update()
    F.sum(net(np.ones((1, 2), np.float32))).backward()
    before = {name: p.data.copy() for name, p in net.named_params()}
    optimizer.update()
    assert all((p.data != before[name]).all() for name, p in net.named_params())


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


def test_gradients_of_small_batches_add_up_to_that_of_the_large_one():
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
    whole = L.Linear(2, in_size=3, dtype=np.float64)
    parts = copy.deepcopy(whole)
    optimizers = [Adam(0.1).setup(whole), Adam(0.1).setup(parts)]
    for _ in range(3):
        whole.cleargrads()
        regression(whole, x, t).backward()
        parts.cleargrads()
        for i in range(0, 8, 2):
            (regression(parts, x[i : i + 2], t[i : i + 2]) / 4).backward()
        for optimizer in optimizers:
            optimizer.update()
    np.testing.assert_allclose(parts.W.data, whole.W.data, rtol=1e-10)
    np.testing.assert_allclose(parts.b.data, whole.b.data, rtol=1e-10)


def test_a_copied_optimizer_goes_on_with_the_copied_model():
    net = model(w=[1.0, 2.0])
    optimizer = MomentumSGD(0.1).setup(net)
    give(net, w=[1.0, 1.0])
    optimizer.update()
    twin_net, twin = copy.deepcopy((net, optimizer))
    for each, steps in ((net, optimizer), (twin_net, twin)):
        give(each, w=[1.0, 1.0])
        steps.update()
    assert twin.target is twin_net
    np.testing.assert_array_equal(twin_net.w.data, net.w.data)
    np.testing.assert_allclose(net.w.data, [0.71, 1.71])


# Optimizers of one's own


def test_an_optimizer_in_the_books_style():
    class Own(Optimizer):
        def __init__(self, lr=0.5):
            super().__init__()
            self.lr = lr
            self.vs = {}

        def update_one(self, param):
            v = self.vs.setdefault(id(param), np.zeros_like(param.data))
            v -= self.lr * param.grad.data
            param.data += v

    net = model(a=[1.0])
    optimizer = Own(schedules.constant(0.5)).setup(net)
    for expected in (0.5, -0.5):
        give(net, a=[1.0])
        optimizer.update()
        assert net.a.data[0] == expected


def test_an_adam_in_the_books_style_counts_its_own_updates():
    class BooksAdam(Optimizer):
        def __init__(self, alpha=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
            super().__init__()
            self.t = 0
            self.alpha, self.beta1, self.beta2, self.eps = alpha, beta1, beta2, eps
            self.ms, self.vs = {}, {}

        def update(self, *args, **kwargs):
            self.t += 1
            super().update(*args, **kwargs)

        @property
        def lr(self):
            return self.alpha * np.sqrt(1.0 - self.beta2**self.t) / (1.0 - self.beta1**self.t)

        def update_one(self, param):
            m = self.ms.setdefault(id(param), np.zeros_like(param.data))
            v = self.vs.setdefault(id(param), np.zeros_like(param.data))
            m += (1 - self.beta1) * (param.grad.data - m)
            v += (1 - self.beta2) * (param.grad.data**2 - v)
            param.data -= self.lr * m / (np.sqrt(v) + self.eps)

    nets = [model(w=[1.0, -2.0]), model(w=[1.0, -2.0])]
    optimizers = [BooksAdam().setup(nets[0]), Adam(0.1).setup(nets[1])]
    for t in range(1, 6):
        for net, optimizer in zip(nets, optimizers, strict=True):
            give(net, w=[0.5 * t, 1.0])
            optimizer.update()
            assert optimizer.t == t
    np.testing.assert_allclose(nets[0].w.data, nets[1].w.data, rtol=1e-6)


def test_hyperparameters_of_ones_own_have_ranges_schedules_and_groups():
    class Own(Optimizer):
        damping = Hyperparameter(below=1)

        def __init__(self):
            super().__init__()
            self.lr, self.damping = 1.0, lambda t: [0.0, 0.5][t]

        def update_one(self, param):
            o = self.of(param)
            param.data -= o.lr * (1 - o.damping) * param.grad.data

    net = model(a=[1.0], b=[1.0])
    optimizer = Own().setup(net).add_group("b", damping=0.75)
    for expected in ([0.0, 0.75], [-0.5, 0.5]):
        give(net, a=[1.0], b=[1.0])
        optimizer.update()
        assert [p.item() for p in net.params()] == expected
    with pytest.raises(ValueRangeError, match="Own: damping must be a number of at least 0 and below 1, but got 2"):
        optimizer.damping = 2


# Rates


@pytest.mark.parametrize("name", EVERY)
def test_the_rate_may_be_a_schedule_of_the_updates_done(name):
    net, optimizer = model(x=[[1.0]]), EVERY[name]()
    optimizer.setup(net).lr = schedules.linear(0.1, steps=2)
    rates = []
    for _ in range(3):
        rates.append(optimizer.lr)
        give(net, x=[[1.0]])
        before = net.x.data.copy()
        optimizer.update()
    assert rates == [0.1, 0.05, 0.0]
    if not isinstance(optimizer, MomentumSGD):  # in which the velocity goes on
        np.testing.assert_array_equal(net.x.data, before)


def test_assigning_a_rate_sets_it_and_reading_gives_that_of_the_next_update():
    optimizer = SGD(schedules.exponential(1.0, 0.5)).setup(model(a=[1.0]))
    optimizer.update()
    assert (optimizer.lr, optimizer.t) == (0.5, 1)
    optimizer.lr = 0.3
    optimizer.update()
    assert optimizer.lr == 0.3


def test_adams_rate_has_two_names():
    optimizer = Adam(0.1)
    optimizer.alpha = schedules.constant(0.2)
    assert optimizer.lr == optimizer.alpha == 0.2
    optimizer.lr = 0.3
    assert optimizer.alpha == 0.3
    assert Adam(lr=0.4).alpha == 0.4


@pytest.mark.parametrize("bad", [-1, float("nan"), float("inf"), "fast", None, [0.1]])
def test_a_rate_that_is_no_rate_is_refused_when_set_and_when_scheduled(bad):
    with pytest.raises(ValueRangeError, match="SGD: lr must be a number of at least 0, but got"):
        SGD(bad)
    net = model(w=[1.0])
    give(net, w=[1.0])
    with pytest.raises(ValueRangeError, match="SGD: lr must be a number of at least 0, but got"):
        SGD(lambda t: bad).setup(net).update()
    assert net.w.item() == 1.0


# Groups


def model_of_two_layers():
    net = L.Layer()
    net.l0, net.l1 = L.Linear(3), L.Linear(2)
    return net


def test_later_groups_win_and_scales_multiply():
    net = model_of_two_layers()
    optimizer = AdamW(0.1, weight_decay=0.5).setup(net)
    optimizer.add_group("*.b", lr_scale=0.5, beta1=0.5).add_group("l0.*", beta1=0.7, weight_decay=0.25)
    optimizer.add_group(lambda name, param: name == "l1.W", lr=schedules.linear(0.4, steps=4), lr_scale=0.5)
    of = {name: optimizer.of(p) for name, p in net.named_params()}
    assert {name: o.lr for name, o in of.items()} == {"l0.W": 0.1, "l0.b": 0.05, "l1.W": 0.2, "l1.b": 0.05}
    assert {name: o.beta1 for name, o in of.items()} == {"l0.W": 0.7, "l0.b": 0.7, "l1.W": 0.9, "l1.b": 0.5}
    assert {name: o.weight_decay for name, o in of.items()} == {
        "l0.W": 0.25, "l0.b": 0.25, "l1.W": 0.5, "l1.b": 0.0}  # fmt: skip
    optimizer.t = 2
    assert optimizer.of(net.l1.W).lr == 0.1


@pytest.mark.parametrize("name", EVERY)
def test_every_optimizer_heeds_its_groups(name):
    net, optimizer = model(a=[[1.0]], b=[[1.0]]), EVERY[name]()
    optimizer.setup(net).add_group("b", lr_scale=0.0)
    give(net, a=[[1.0]], b=[[1.0]])
    optimizer.update()
    assert net.a.item() != 1.0
    assert net.b.item() == 1.0


@pytest.mark.parametrize("make", [SGD, MomentumSGD, AdamW, Lamb, Lion])
def test_decay_leaves_out_biases_and_scales_unless_a_group_says_otherwise(make):
    for everything in (False, True):
        net = model(W=[[2.0]], gamma=[2.0], s=2.0)
        optimizer = make(lr=0.1, weight_decay=0.5).setup(net)
        if everything:
            optimizer.add_group("*", weight_decay=0.5)
        give(net, W=[[0.0]], gamma=[0.0], s=0.0)
        optimizer.update()
        decayed = [p.item() < 2.0 for p in net.params()]
        assert decayed == [True, everything, everything]


def test_a_predicate_is_asked_anew_before_every_update():
    net, slow = model(a=[1.0]), {"a"}
    optimizer = SGD(0.5).setup(net).add_group(lambda name, param: name in slow, lr_scale=0.5)
    for expected in (0.75, 0.25):
        give(net, a=[1.0])
        optimizer.update()
        assert net.a.item() == expected
        slow.clear()


def test_a_group_that_selects_nothing_is_an_error_that_lists_the_names():
    net = model_of_two_layers()
    optimizer = SGD(0.1).setup(net).add_group("*.bias", lr_scale=0.1)
    with pytest.raises(ValueRangeError, match="selects no parameter; there are: l0.W, l0.b, l1.W, l1.b"):
        optimizer.update()


def test_a_group_must_name_hyperparameters():
    with pytest.raises(ValueRangeError, match="expected some of lr, lr_scale, weight_decay, but got beta1"):
        SGD(0.1).add_group("*", beta1=0.5)
    with pytest.raises(ValueRangeError, match="but got nothing"):
        SGD(0.1).add_group("*")
    with pytest.raises(ValueRangeError, match="SGD: lr_scale must be a number of at least 0, but got -1"):
        SGD(0.1).add_group("*", lr_scale=-1)
    with pytest.raises(DTypeError, match="expected a glob or a function of name and parameter, but got int"):
        SGD(0.1).add_group(3, lr=1.0)


# Wrong use


def test_wrong_use_says_what_to_do():
    with pytest.raises(GraphError, match="SGD: it has no model yet; call setup"):
        SGD().update()
    with pytest.raises(DTypeError, match="setup expected a layer or model, but got list"):
        SGD().setup([])
    with pytest.raises(DTypeError, match="add_hook expected a function"):
        SGD().add_hook(0.1)
    with pytest.raises(ValueRangeError, match="Adam: beta1 must be a number of at least 0 and below 1, but got 1"):
        Adam(0.1, 1.0)
    with pytest.raises(ValueRangeError, match="expected a parameter of the model"):
        SGD().setup(model(a=[1.0])).of(Parameter(np.ones(1)))
    with pytest.raises(NotImplementedError, match="Optimizer has no step method"):
        net = model(a=[1.0])
        give(net, a=[1.0])
        Optimizer().setup(net).update()


def test_integers_cannot_be_stepped():
    net = model(a=[1.0], counts=[1, 2])
    give(net, a=[1.0], counts=[1.0, 1.0])
    with pytest.raises(DTypeError, match="SGD: counts must be of floats to be stepped, not int64"):
        SGD(0.1).setup(net).update()
    assert net.a.item() == 1.0
