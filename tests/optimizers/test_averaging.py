"""Averages of weights: their numbers, how they are lent to the model, and how they are saved."""

import numpy as np
import pytest
from optimizers.samples import model

import rung.functions as F
import rung.layers as L
from rung import Parameter
from rung.errors import DTypeError, GraphError, MutationError, ValueRangeError, WeightFileError
from rung.layers import Buffer
from rung.optimizers import ExponentialMovingAverage
from rung.serializers import load_arrays, save_arrays
from rung.testing.standin import StandInArray


def net_with_buffers():
    net = model(w=[0.0, 0.0])
    net.mean, net.count = Buffer(np.array([0.0])), Buffer(np.array(0))
    return net


def walk(net, ema, steps, start=0):
    for i in range(start, start + steps):
        net.w.data[:] = [i, -i]
        net.mean.data[:] = 10.0 * i
        net.count.data[...] = i
        ema.update()


@pytest.mark.parametrize(("warm_up", "shares"), [(False, [0.8] * 4), (True, [2 / 11, 3 / 12, 4 / 13, 5 / 14])])
def test_the_average_is_that_of_the_formula_for_parameters_and_buffers(warm_up, shares):
    net = net_with_buffers()
    ema = ExponentialMovingAverage(net, 0.8, warm_up)
    walk(net, ema, 5)
    expected = 0.0
    for i, d in enumerate(shares, 1):
        expected = d * expected + (1 - d) * i
    with ema.applied():
        np.testing.assert_allclose(net.w.data, [expected, -expected])
        np.testing.assert_allclose(net.mean.data, [10 * expected])
        assert net.count.item() == 4
    assert net.w.tolist() == [4, -4]
    assert net.mean.tolist() == [40]


def test_the_average_of_a_layer_that_took_anothers_place_begins_anew():
    net = model(w=[0.0, 0.0])
    ema = ExponentialMovingAverage(net, 0.5)
    ema.update()
    net.w = Parameter(np.array([8.0, 8.0]))
    with ema.applied():  # there is no average of it yet
        assert net.w.tolist() == [8, 8]
    ema.update()
    with ema.applied():
        assert net.w.tolist() == [8, 8]
    again = ExponentialMovingAverage(net, 0.5)
    again.load_state_dict(ema.state_dict())
    net.w.data[:] = 4.0
    again.update()
    with again.applied():
        assert net.w.tolist() == [6, 6]


def test_it_equals_pytorchs():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    net, peer = model(w=np.zeros((2, 3))), torch.nn.Linear(3, 2, bias=False, dtype=torch.float64)
    ema = ExponentialMovingAverage(net, 0.9)
    averaged = torch.optim.swa_utils.AveragedModel(peer, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
    for _ in range(10):
        net.w.data[:] = w = rng.normal(size=(2, 3))
        peer.weight.data[:] = torch.tensor(w)
        ema.update()
        averaged.update_parameters(peer)
    np.testing.assert_allclose(ema.averages["w"], averaged.module.weight.detach().numpy(), rtol=1e-10)


def test_the_weights_come_back_after_an_exception():
    net = net_with_buffers()
    ema = ExponentialMovingAverage(net, 0.5)
    walk(net, ema, 3)
    with pytest.raises(ZeroDivisionError), ema.applied():
        assert net.w.data[0] == 1.25
        net.w.data[:] = 7.0  # what is written inside is dropped, and the averages stay
        _ = 1 / 0
    assert net.w.tolist() == [2, -2]
    with ema.applied():
        assert net.w.data[0] == 1.25


def test_inside_the_block_there_is_no_second_one_and_no_update():
    net = net_with_buffers()
    ema = ExponentialMovingAverage(net, 0.5)
    with pytest.raises(GraphError, match="no averages yet"), ema.applied():
        pass
    walk(net, ema, 2)
    with ema.applied():
        with pytest.raises(GraphError, match=r"update\(\) inside applied"):
            ema.update()
        with pytest.raises(GraphError, match=r"applied\(\) inside applied"), ema.applied():
            pass
        assert net.w.data[0] == 0.5
    assert net.w.tolist() == [1, -1]


def test_an_exchange_between_forward_and_backward_is_noticed():
    net = model(w=[1.0, 2.0])
    ema = ExponentialMovingAverage(net, 0.5)
    ema.update()
    loss = F.sum(net.w * net.w)
    with ema.applied(), pytest.raises(MutationError):
        loss.backward()


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_the_dtype_stays_and_half_precision_is_averaged_in_single(dtype):
    net = model(w=np.zeros(1, dtype))
    ema = ExponentialMovingAverage(net, 0.9999)
    ema.update()
    net.w.data[:] = 1
    for _ in range(100):
        ema.update()
    assert ema.averages["w"].dtype == np.float32
    with ema.applied():
        assert net.w.dtype == dtype
        assert net.w.item() == pytest.approx(1 - 0.9999**100, rel=1e-2)


def test_the_averages_follow_to_another_device(to_other_device):
    net = model(w=[0.0])
    ema = ExponentialMovingAverage(net, 0.5)
    ema.update()
    net.w.data = to_other_device(np.array([4.0]))
    ema.update()
    with ema.applied():
        assert type(net.w._data) is StandInArray
        assert net.w._data._hidden[0] == 2.0
    assert net.w._data._hidden[0] == 4.0


def test_a_model_without_sizes_or_with_new_parameters_is_averaged_as_far_as_it_goes():
    layer = L.Linear(1)
    ema = ExponentialMovingAverage(layer, 0.5)
    ema.update()
    layer(np.ones((1, 1), np.float32))
    ema.update()
    with ema.applied():
        assert layer.W.item() == ema.averages["W"].item()


def test_a_saved_average_goes_on(tmp_path):
    nets = [net_with_buffers(), net_with_buffers()]
    emas = [ExponentialMovingAverage(net, 0.9, warm_up=True) for net in nets]
    walk(nets[0], emas[0], 3)
    save_arrays(tmp_path / "ema.npz", emas[0].state_dict())
    emas[1].load_state_dict(load_arrays(tmp_path / "ema.npz"))
    for net, ema in zip(nets, emas, strict=True):
        walk(net, ema, 3, start=3)
    assert emas[1].t == 6
    for name, average in emas[0].averages.items():
        np.testing.assert_array_equal(emas[1].averages[name], average)


@pytest.mark.parametrize(("change", "text"), [
    (lambda s: s.pop("t"), "expected t"),
    (lambda s: s.update(t=np.array(-1)), "expected t"),
    (lambda s: s.pop("average/w"), "missing or unknown in the averages: average/w"),
    (lambda s: s.update({"average/x": np.zeros(1)}), "average/x"),
    (lambda s: s.update({"average/w": np.zeros(3)}), r"average of w must be of shape \(2\), but is \(3,\)"),
    (lambda s: s.update({"average/count": np.array(1.0)}), "count must be an array of int64, but is of float64"),
])  # fmt: skip
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(change, text):
    net = net_with_buffers()
    ema = ExponentialMovingAverage(net, 0.5)
    walk(net, ema, 3)
    before = {name: average.copy() for name, average in ema.averages.items()}
    state = {name: np.array(array) + (name != "t") for name, array in ema.state_dict().items()}
    change(state)
    with pytest.raises(WeightFileError, match=text):
        ema.load_state_dict(state)
    assert ema.t == 3
    for name, average in before.items():
        np.testing.assert_array_equal(ema.averages[name], average)


def test_wrong_arguments_are_refused():
    with pytest.raises(DTypeError, match="expected a layer or model, but got int"):
        ExponentialMovingAverage(3)
    with pytest.raises(ValueRangeError, match="decay must be a number of at least 0 and below 1, but got 1.0"):
        ExponentialMovingAverage(model(), 1.0)
