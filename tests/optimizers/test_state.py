"""A run that is saved and resumed is the same run; a state that does not fit changes nothing."""

import copy

import numpy as np
import pytest
from optimizers.samples import EVERY, give, model

import rung
import rung.layers as L
from rung import Parameter, cuda, schedules
from rung.errors import DTypeError, GraphError, ResumeWarning, WeightFileError
from rung.optimizers import SGD, Adam, GradientNoise, MomentumSGD
from rung.serializers import load_arrays, save_arrays
from rung.testing.standin import StandInArray


def step(net, optimizer, t):
    give(net, **{name: np.full(p.shape, 0.1 * (t + 1)) for name, p in net.named_params()})
    optimizer.update()


def fresh(name, noise=True):
    rung.seed(0)
    net, optimizer = model(W=[[1.0, -2.0]], b=[0.5], s=2.0), EVERY[name]()
    optimizer.setup(net).add_group("b", lr_scale=0.5)
    return net, optimizer.add_hook(GradientNoise(0.01)) if noise else optimizer


@pytest.mark.parametrize("name", EVERY)
def test_a_resumed_run_is_bit_for_bit_the_same(name, tmp_path):
    net, optimizer = fresh(name)
    for t in range(3):
        step(net, optimizer, t)
    save_arrays(tmp_path / "model.npz", net.state_dict())
    save_arrays(tmp_path / "optimizer.npz", optimizer.state_dict())
    random = rung.random.get_state()
    for t in range(3, 6):
        step(net, optimizer, t)
    again, resumed = fresh(name)
    again.load_state_dict(load_arrays(tmp_path / "model.npz"))
    resumed.load_state_dict(load_arrays(tmp_path / "optimizer.npz"))
    rung.random.set_state(random)
    for t in range(3, 6):
        step(again, resumed, t)
    assert resumed.t == 6
    assert resumed.lr == optimizer.lr
    for p, q in zip(net.params(), again.params(), strict=True):
        np.testing.assert_array_equal(p.data, q.data)


def test_a_rate_that_was_assigned_is_restored_and_so_is_a_plateau():
    optimizer = SGD(0.1).setup(model(a=[1.0]))
    optimizer.lr = 0.025
    other = SGD(0.1).setup(model(a=[1.0]))
    with pytest.warns(ResumeWarning, match=r"lr is 0.025 as saved, not 0.1; assign it after loading to change it"):
        other.load_state_dict(optimizer.state_dict())
    assert other.lr == 0.025

    def scheduled():
        plateau = schedules.Plateau(schedules.linear(1.0, steps=10), factor=0.5, patience=0)
        return plateau, SGD(plateau).setup(model(a=[1.0])).add_group("a", lr=schedules.Plateau(0.5, patience=0))

    plateau, optimizer = scheduled()
    for loss in (1.0, 2.0, 0.5):
        plateau.tell(loss)
        optimizer.groups[0].overrides["lr"].tell(loss)
        optimizer.update()
    again, resumed = scheduled()
    resumed.load_state_dict(optimizer.state_dict())
    assert resumed.lr == optimizer.lr == 0.5 * 0.7
    assert resumed.of(resumed.target.a).lr == 0.05
    assert again.state_dict() == plateau.state_dict()


def test_what_is_loaded_is_a_copy():
    net, optimizer = fresh("MomentumSGD")
    step(net, optimizer, 0)
    state = optimizer.state_dict()
    again, resumed = fresh("MomentumSGD")
    resumed.load_state_dict(state)
    step(net, optimizer, 1)
    (v,) = resumed.remembered(again.W)
    assert (v != optimizer.remembered(net.W)[0]).any()


def test_a_state_can_be_loaded_before_the_first_batch():
    x = np.ones((1, 3), np.float32)

    def run(layer, optimizer):
        layer.cleargrads()
        layer(x).sum().backward()
        optimizer.update()

    layer = L.Linear(2)
    optimizer = MomentumSGD(0.1).setup(layer)
    run(layer, optimizer)
    again = L.Linear(2)
    resumed = MomentumSGD(0.1).setup(again)
    resumed.load_state_dict(optimizer.state_dict())
    assert resumed.state_dict().keys() == optimizer.state_dict().keys()
    again(x)
    again.load_state_dict(layer.state_dict())
    run(layer, optimizer)
    run(again, resumed)
    np.testing.assert_array_equal(again.W.data, layer.W.data)


def test_a_replaced_parameter_starts_afresh_and_one_that_is_gone_is_forgotten():
    net, optimizer = fresh("Adam", noise=False)
    step(net, optimizer, 0)
    net.W = Parameter(np.array([[1.0, -2.0]]))
    del net.s
    step(net, optimizer, 1)
    alone, first = model(W=[[1.0, -2.0]]), Adam(0.1)
    step(alone, first.setup(alone), 1)
    np.testing.assert_array_equal(net.W.data, alone.W.data)  # as after the first step of Adam, not after the second
    assert not any("param/s/" in name for name in optimizer.state_dict())


def test_a_parameter_of_another_shape_starts_afresh():
    net = model(w=[1.0, 2.0])
    optimizer = Adam(0.1).setup(net)
    step(net, optimizer, 0)
    net.w.data = np.array([1.0, 2.0, 3.0])
    step(net, optimizer, 1)
    np.testing.assert_allclose(net.w.data, [0.9, 1.9, 2.9], rtol=1e-6)


def test_a_parameter_that_joins_later_makes_its_own_first_steps():
    net = model(a=[1.0], b=[1.0])
    optimizer = Adam(0.1).setup(net)
    for _ in range(5):
        give(net, a=[1.0])
        optimizer.update()
    for expected in (0.9, 0.8):  # under a constant gradient every step is as long as the rate
        give(net, b=[1.0])
        optimizer.update()
        assert net.b.item() == pytest.approx(expected)


@pytest.mark.parametrize("name", EVERY)
def test_the_state_follows_its_parameter_to_another_dtype(name):
    net, optimizer = fresh(name, noise=False)
    step(net, optimizer, 0)
    for p in net.params():
        p.data = p.data.astype(np.float32)
    step(net, optimizer, 1)
    arrays = [p.data for p in net.params()]
    arrays += [a for memory in optimizer.state.values() for a in memory.arrays.values()]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}
    exact, peer = fresh(name, noise=False)
    for t in range(2):
        step(exact, peer, t)
    np.testing.assert_allclose(net.W.data, exact.W.data, rtol=1e-5)


@pytest.mark.parametrize("name", EVERY)
def test_the_state_follows_its_parameter_to_another_device(name, to_other_device):
    net, optimizer = fresh(name, noise=False)
    exact, peer = fresh(name, noise=False)
    for t in range(2):
        step(exact, peer, t)
    step(net, optimizer, 0)
    for p in net.params():
        p.data = to_other_device(p.data)
        p.grad = to_other_device(np.full(p.shape, 0.2))
    optimizer.update()
    for p, q in zip(net.params(), exact.params(), strict=True):
        assert type(p._data) is StandInArray
        np.testing.assert_array_equal(p._data._hidden, q.data)
    assert {type(a) for memory in optimizer.state.values() for a in memory.arrays.values()} <= {StandInArray}


@pytest.mark.skipif(not cuda.is_available(), reason="no GPU, or no CuPy")
@pytest.mark.parametrize("name", EVERY)
def test_the_state_goes_to_the_gpu_and_back(name):
    net, optimizer = fresh(name)
    exact, peer = fresh(name, noise=False)
    optimizer.hooks.clear()
    for t in range(4):
        if t in (1, 2):
            net.to_gpu() if t == 1 else net.to_cpu()
        net.cleargrads()
        (net.W.sum() * 0.1 * (t + 1) + net.b.sum() * 0.1 * (t + 1) + net.s * 0.1 * (t + 1)).backward()
        optimizer.update()
        step(exact, peer, t)
    for p, q in zip(net.params(), exact.params(), strict=True):
        np.testing.assert_allclose(p.data, q.data, rtol=1e-10)


# What does not fit


def saved(make=lambda: Adam(0.1)):
    net = model(W=[[1.0, -2.0]], b=[0.5])
    optimizer = make().setup(net)
    step(net, optimizer, 0)
    return optimizer, {name: np.array(array) for name, array in optimizer.state_dict().items()}


@pytest.mark.parametrize(("change", "text"), [
    (lambda s: s.clear(), "expected the state of Adam, but got that of nothing"),
    (lambda s: s.pop("Adam/t"), "missing: t; unknown: none"),
    (lambda s: s.pop("Adam/hyperparameter/lr"), "missing: hyperparameter/lr"),
    (lambda s: s.pop("Adam/param/W/v"), "missing: param/W/v"),
    (lambda s: s.pop("Adam/param/W/t"), "unknown: param/W/m, param/W/v"),
    (lambda s: s.update({"Adam/param/c/t": np.array(1)}), "unknown: param/c/t"),
    (lambda s: s.update({"Adam/hook/0/t": np.array(1)}), "unknown: hook/0/t"),
    (lambda s: s.update({"SGD/t": np.array(1)}), "expected the state of Adam, but got that of Adam, SGD"),
    (lambda s: s.update({"Adam/t": np.array(-1)}), "t must be an integer of at least 0, but got -1"),
    (lambda s: s.update({"Adam/t": np.array(1.5)}), "t must be an integer of at least 0, but got 1.5"),
    (lambda s: s.update({"Adam/t": np.zeros(2, int)}), "t must be a number, but got int64 \\(2,\\)"),
    (lambda s: s.update({"Adam/param/b/t": np.array(0.5)}), "param/b/t must be an integer"),
    (lambda s: s.update({"Adam/hyperparameter/beta1": np.array(1.0)}), "beta1 must be a number of at least 0 and be"),
    (lambda s: s.update({"Adam/hyperparameter/lr": np.array(np.nan)}), "lr must be a number"),
    (lambda s: s.update({"Adam/param/W/m": np.zeros((2, 2))}),
     r"param/W/m must be of shape \(1 x 2\), but is \(2, 2\)"),
    (lambda s: s.update({"Adam/param/W/m": np.zeros((1, 2), np.float32)}), "array of float64, but is of float32"),
])  # fmt: skip
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(change, text):
    optimizer, state = saved()
    before = copy.deepcopy(state)
    change(state)
    state = {name: array + 1 if name.endswith("/m") else array for name, array in state.items()}
    with pytest.raises(WeightFileError, match=text):
        optimizer.load_state_dict(state)
    for name, array in optimizer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_state_of_another_kind_of_optimizer_or_rate_is_refused():
    _, state = saved(lambda: SGD(0.1))
    with pytest.raises(WeightFileError, match="expected the state of Adam, but got that of SGD"):
        Adam().setup(model(W=[[1.0, -2.0]], b=[0.5])).load_state_dict(state)
    with pytest.raises(WeightFileError, match="unknown: hyperparameter/lr; make the optimizer, its model, schedules"):
        SGD(schedules.constant(0.1)).setup(model(W=[[1.0, -2.0]], b=[0.5])).load_state_dict(state)


def test_groups_must_be_as_they_were_but_for_their_numbers():
    _, state = saved(lambda: Adam(0.1).add_group("W", lr_scale=0.5))
    fresh = lambda: Adam(0.1).setup(model(W=[[1.0, -2.0]], b=[0.5]))
    with pytest.raises(WeightFileError, match="unknown: group/0/lr_scale, group/0/members"):
        fresh().load_state_dict(state)
    with pytest.raises(WeightFileError, match="the group of 'b' selects other parameters than when"):
        fresh().add_group("b", lr_scale=0.5).load_state_dict(state)
    same = fresh().add_group("[W]", lr_scale=0.5)
    same.load_state_dict(state)
    other = fresh().add_group("W", lr_scale=0.25)
    with pytest.warns(ResumeWarning, match=r"group/0/lr_scale is 0.5 as saved, not 0.25"):
        other.load_state_dict(state)
    assert other.of(other.target.W).lr == 0.05


def test_a_state_needs_a_model_and_must_be_a_dict():
    with pytest.raises(GraphError, match="no model yet"):
        SGD().state_dict()
    with pytest.raises(GraphError, match="no model yet"):
        SGD().load_state_dict({})
    with pytest.raises(DTypeError, match="expected a dict of arrays by name, but got list"):
        SGD().setup(model()).load_state_dict([])


def test_long_lists_of_names_are_cut():
    _, state = saved()
    net = model(**{f"w{i}": [1.0] for i in range(9)})
    other = Adam(0.1).setup(net)
    step(net, other, 0)
    optimizer = Adam(0.1).setup(model(W=[[1.0, -2.0]], b=[0.5]))
    with pytest.raises(WeightFileError, match="unknown: param/w0/m, param/w0/t, param/w0/v, .* and 21 more;"):
        optimizer.load_state_dict(other.state_dict())
    optimizer.load_state_dict(state)
