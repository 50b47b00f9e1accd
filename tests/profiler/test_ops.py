"""Every op is counted, forward and backward, and every moment belongs to somebody; looking on changes nothing."""

import threading
import time

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.errors import DTypeError, GraphError, ShapeError, ValueRangeError
from rung.models import MLP
from rung.optimizers import Adam, ClipGrad
from rung.profiler.costs import ENGINE, LAYERS, OUTSIDE, OWN, UPDATE
from rung.testing.standin import StandInArray, standin

X = np.ones((20, 50), np.float32)


def calls_of(table):
    return {(row.name, row.direction): row.calls for row in table.rows}


def row_of(table, name, direction):
    return next(row for row in (*table.rows, *table.rests) if (row.name, row.direction) == (name, direction))


def train(steps, model, optimizer):
    """Steps with dropout, so that a draw of random numbers too many would show."""
    losses = []
    for _ in range(steps):
        loss = F.mean_squared_error(F.dropout(model(X)), np.zeros((20, 10), np.float32))
        model.cleargrads()
        loss.backward()
        optimizer.update()
        losses.append(float(loss))
    return losses


def test_every_op_is_counted_forward_and_backward():
    model = MLP((100, 80, 10), activation=F.tanh)
    optimizer = Adam(0.01).setup(model)
    with rung.profile() as profile:
        train(3, model, optimizer)
    table = profile.by_op()
    assert calls_of(table) == {
        ("linear", "forward"): 9, ("tanh", "forward"): 6, ("mul", "forward"): 3,  # by the mask
        ("mean_squared_error", "forward"): 3, ("linear", "backward"): 9, ("tanh", "backward"): 6,
        ("mul", "backward"): 3, ("mean_squared_error", "backward"): 3,
    }  # fmt: skip
    assert {row.name: row.calls for row in table.rests if row.name in (ENGINE, UPDATE, LAYERS)} == {
        ENGINE: 3, UPDATE: 3, LAYERS: 12,
    }  # fmt: skip


def test_the_times_add_up_to_the_whole():
    model = MLP((100, 10))
    optimizer = Adam(0.01).setup(model)
    begin = time.perf_counter()
    with rung.profile() as profile:
        train(3, model, optimizer)
    whole = time.perf_counter() - begin
    table, layers = profile.by_op(), profile.by_layer()
    assert sum(row.seconds for row in (*table.rows, *table.rests)) == pytest.approx(profile.seconds, abs=1e-9)
    assert table.seconds == pytest.approx(layers.seconds, abs=1e-9)
    assert 0 < profile.seconds <= whole
    assert all(row.seconds > 0 for row in (*table.rows, *table.rests))


class Slow(rung.Function):
    def forward(self, x):
        time.sleep(0.02)
        return x * 1

    def backward(self, gy):
        time.sleep(0.04)
        return gy


class SlowLayer(rung.Layer):
    def forward(self, x):
        time.sleep(0.06)
        return Slow()(x)


class SlowHook:
    def __call__(self, params):
        time.sleep(0.08)


def test_time_belongs_to_where_it_is_spent():
    layer = SlowLayer()
    layer.w = rung.Parameter(np.ones(3))
    optimizer = Adam().setup(layer).add_hook(SlowHook())
    with rung.profile() as profile:
        loss = layer(layer.w).sum()
        loss.backward()
        optimizer.update()
        time.sleep(0.1)
    table = profile.by_op()
    slept = {
        ("slow", "forward"): 0.02, ("slow", "backward"): 0.04, (LAYERS, ""): 0.06, (UPDATE, ""): 0.08,
        (OUTSIDE, ""): 0.1,
    }  # fmt: skip
    for (name, direction), seconds in slept.items():
        assert row_of(table, name, direction).seconds >= seconds
    assert sum(row.seconds for row in (*table.rows, *table.rests)) == pytest.approx(profile.seconds)  # and once each
    own = profile.by_layer().layers[0]
    assert own.forward.seconds >= 0.08
    assert own.backward.seconds >= 0.04


def test_the_search_for_leaks_is_not_in_the_time():
    with rung.profile() as profile:
        pass
    assert [row.name for row in profile.by_op().rests] == [OUTSIDE, OWN]


def test_bytes_and_operations_are_exact():
    model = MLP((100, 10))
    with rung.profile() as profile:
        model(X).sum().backward()
    forward, backward = (row_of(profile.by_op(), "linear", direction) for direction in ("forward", "backward"))
    assert forward.bytes == 4 * (20 * 100 + 20 * 10)
    assert backward.bytes == 4 * (50 * 100 + 100 + 20 * 100 + 100 * 10 + 10)  # no gradient of the data
    assert forward.flops == 2 * (20 * 50 * 100 + 20 * 100 * 10)
    assert backward.flops == 2 * (20 * 50 * 100 + 2 * 20 * 100 * 10)
    assert row_of(profile.by_op(), "sigmoid", "forward").flops == 0  # says nothing of itself
    assert row_of(profile.by_op(), "sum", "forward").bytes == 4


def test_operations_of_derivatives():
    def flops(f, *arrays):
        inputs = [rung.Variable(array) if isinstance(array, np.ndarray) else array for array in arrays]
        with rung.profile() as profile:
            f(*inputs).sum().backward()
        rows = [row for row in profile.by_op().rows if row.flops]
        return {row.direction: row.flops // 2 for row in rows}

    a, b, c = np.ones((2, 3)), np.ones((3, 4)), np.ones((4, 5))
    assert flops(F.matmul, a, b) == {"forward": 24, "backward": 48}
    assert flops(lambda a: F.matmul(a, b), a) == {"forward": 24, "backward": 24}
    three = 2 * 3 * 4 * 5 * 2
    assert flops(lambda *xs: F.einsum("ij,jk,kl->il", *xs), a, b, c) == {"forward": three, "backward": 3 * three}
    q, k, v = np.ones((2, 4, 6)), np.ones((2, 5, 6)), np.ones((2, 5, 7))
    attention, scores, sums = F.scaled_dot_product_attention, 2 * 4 * 5 * 6, 2 * 4 * 5 * 7
    assert flops(attention, q, k, v) == {"forward": scores + sums, "backward": 2 * (scores + sums)}
    assert flops(lambda v: attention(q, k, v), v) == {"forward": scores + sums, "backward": sums}
    images, W = np.ones((2, 3, 8, 8)), np.ones((4, 3, 3, 3))
    convolution = 2 * 4 * 6 * 6 * 3 * 3 * 3
    assert flops(F.conv2d, images, W) == {"forward": convolution, "backward": 2 * convolution}
    net = rung.layers.LSTM(7)
    net(np.ones((2, 3)))
    inside, outside = 2 * 7 * 4 * 7, 2 * 3 * 4 * 7

    def sequence(x):
        return F.lstm(x, net.W_x, net.W_h, net.b, np.zeros((2, 7)), np.zeros((2, 7)))[0]

    x = np.ones((2, 5, 3), np.float32)
    assert flops(sequence, x) == {"forward": 5 * (inside + outside), "backward": 5 * 2 * (inside + outside)}
    assert flops(lambda: sequence(x))["backward"] == 5 * (2 * inside + outside)


def test_views_make_no_bytes():
    x = rung.Variable(np.ones((4, 5)))
    with rung.profile() as profile:
        F.transpose(x.reshape(20)[2:6].reshape(2, 2)) + 1.0
    assert {row.name: row.bytes for row in profile.by_op().rows} == {
        "reshape": 0, "get_item": 0, "transpose": 0, "add": 32,
    }  # fmt: skip


def test_sums_of_gradients_are_the_engines():
    x = rung.Variable(np.ones(100))
    with rung.profile() as profile:
        (F.exp(x) + F.exp(x)).sum().backward()
    assert row_of(profile.by_op(), ENGINE, "").bytes == 8 + 800  # what it starts from, and the one sum


def test_shapes_tell_calls_apart():
    with rung.profile() as profile:
        for n in (2, 2, 3):
            F.add(np.ones(n), np.ones(n))
    assert {row.title: row.calls for row in profile.by_op(shapes=True).rows} == {"add 2 2": 2, "add 3 3": 1}
    assert "add 2 2" in repr(profile.by_op(shapes=True))


def test_training_is_the_same_to_the_bit():
    def weights(looked_at):
        rung.seed(3)
        model = MLP((100, 10))
        optimizer = Adam(0.01).setup(model).add_hook(ClipGrad(0.1))
        if looked_at:
            with rung.profile():
                losses = train(4, model, optimizer)
        else:
            losses = train(4, model, optimizer)
        return losses, [p.data.tobytes() for p in model.params()], rung.random.get_state()

    plain, watched = weights(False), weights(True)
    assert plain[:2] == watched[:2]
    assert repr(plain[2]) == repr(watched[2])


def test_what_a_derivative_calls_is_told_apart():
    x = rung.Variable(np.ones(5))
    with rung.profile() as profile:
        F.tanh(x).backward(create_graph=True)
    assert calls_of(profile.by_op()) == {
        ("tanh", "forward"): 1, ("tanh", "backward"): 1, ("mul", "in backward"): 2, ("sub", "in backward"): 1,
    }  # fmt: skip


def test_operations_of_recorded_derivatives_count_once():
    a, b = rung.Variable(np.ones((2, 3))), rung.Variable(np.ones((3, 4)))
    with rung.profile() as profile:
        F.matmul(a, b).sum().backward(create_graph=True)
    flops = {(row.name, row.direction): row.flops for row in profile.by_op().rows if row.flops}
    assert flops == {("matmul", "forward"): 48, ("matmul", "in backward"): 96}


def test_a_compiled_function_is_one_line():
    model = MLP((10, 1))
    optimizer = Adam().setup(model)

    @rung.compile
    def step(x):
        loss = model(x).sum()
        model.cleargrads()
        loss.backward()
        optimizer.update()
        return loss

    with rung.profile() as profile:
        for _ in range(5):
            step(X)
    assert step.source  # it was replayed, not run as if it were not compiled
    assert calls_of(profile.by_op()) == {("step", "compiled"): 5}
    assert profile.memory().of("compiled functions") == step.planned_bytes > 0
    assert "compiled step" in repr(profile.by_layer())
    with rung.profile() as profile, rung.debug():  # where it runs as if it were not compiled
        step(X)
    assert row_of(profile.by_op(), "linear", "forward").calls == 2


def test_an_exception_passes_and_leaves_nothing_behind():
    model = MLP((10, 1))
    with pytest.raises(ShapeError), rung.profile() as profile:
        model(X)
        model(np.ones((20, 51), np.float32))
    assert rung.config.current_mode().watcher is None
    assert row_of(profile.by_op(), "linear", "forward").calls == 3  # the one that failed, too
    assert profile.by_op().seconds == pytest.approx(profile.seconds)


def test_it_goes_on_after_an_exception_inside():
    model = MLP((10, 1))
    x = rung.Variable(np.ones(2))

    class Broken(rung.Function):
        def forward(self, x):
            return x * 1

        def backward(self, gy):
            raise RuntimeError("broken")

    with rung.profile() as profile:
        with pytest.raises(RuntimeError):
            Broken()(x).backward()
        with pytest.raises(GraphError):
            Adam().update()
        model(X).sum().backward()
    assert row_of(profile.by_op(), "sum", "forward").calls == 1
    assert profile.by_layer().outside.backward.calls == 2  # broken and sum
    assert profile.by_op().seconds == pytest.approx(profile.seconds)


def test_of_two_profiles_the_inner_one_sees():
    with rung.profile() as outer:
        F.exp(np.ones(2))
        with rung.profile() as inner:
            F.sin(np.ones(2))
        F.exp(np.ones(2))
    assert calls_of(outer.by_op()) == {("exp", "forward"): 2}
    assert calls_of(inner.by_op()) == {("sin", "forward"): 1}


def test_other_threads_are_not_seen():
    with rung.profile() as profile:
        thread = threading.Thread(target=lambda: F.exp(np.ones(2)))
        thread.start()
        thread.join()
    assert profile.by_op().rows == []


def test_a_device_is_waited_for(monkeypatch):
    waits = []

    class Cuda:
        def get_current_stream(self):
            return self

        def synchronize(self):
            waits.append(len(waits))

    monkeypatch.setattr(type(standin), "cuda", Cuda(), raising=False)
    x = rung.Variable.__new__(rung.Variable)
    x._data, x._record = StandInArray(np.ones(3)), rung.Variable(np.ones(3))._record
    with rung.profile() as profile:
        F.exp(x)
        F.exp(x)
    assert calls_of(profile.by_op()) == {("exp", "forward"): 2}
    assert len(waits) == 4  # when the first has ended; when the second begins and ends; and at the end
    with rung.profile():
        F.exp(np.ones(3))
    assert len(waits) == 4


def test_passes_over_examples_and_tangents_are_counted():
    with rung.profile() as profile:
        rung.vmap(lambda v: (v * v).sum())(np.ones((4, 3)))
        rung.transform.hessian(lambda v: (v**3).sum(), np.ones(3))
    assert row_of(profile.by_op(), "pow", "forward").calls > 0


def test_under_debug_and_in_checkpoints():
    model = MLP((10, 1))
    with rung.profile() as profile, rung.debug():
        rung.checkpoint(model, X).sum().backward()
    calls = calls_of(profile.by_op())
    assert calls["linear", "forward"] == calls["linear", "in backward"] == calls["linear", "backward"] == 2
    assert profile.by_layer()["layers.0"].calls == 2  # the second call is of the same layer


def test_rows_that_are_not_printed_are_summed():
    with rung.profile() as profile:
        for f in (F.exp, F.sin, F.cos):
            f(np.ones(2))
    lines = repr(profile.by_op(lines=1)).splitlines()
    assert [line for line in lines if "2 more ops" in line]
    assert lines[0].split()[:4] == ["op", "direction", "calls", "ms"]
    assert "FLOP" not in lines[0]  # a column with nothing in it


@pytest.mark.parametrize(("events", "error"), [(-1, ValueRangeError), ("many", DTypeError), (True, DTypeError)])
def test_what_events_may_be(events, error):
    with pytest.raises(error, match="profile: events must"), rung.profile(events):
        pass
