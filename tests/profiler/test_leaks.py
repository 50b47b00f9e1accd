"""What grows from step to step is found and named; of a clean training nothing is."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.models import MLP
from rung.optimizers import Adam

X, T = np.ones((20, 50), np.float32), np.arange(20) % 10
STEPS = 6


class Training:
    def __init__(self):
        self.model = MLP((100, 10))
        self.optimizer = Adam().setup(self.model)
        self.history = {"losses": []}
        self.total = 0.0
        self.last = None

    def step(self):
        loss = F.softmax_cross_entropy(self.model(X), T)
        self.model.cleargrads()
        loss.backward()
        self.optimizer.update()
        return loss


@pytest.fixture
def training():
    return Training()


def test_a_clean_training_has_none(training):
    numbers = []
    with rung.profile() as profile:
        for _ in range(STEPS):
            loss = training.step()
            training.last = loss
            numbers.append(float(loss))
            arrays = loss.data
        with rung.no_grad(), rung.test_mode():
            F.accuracy(training.model(X), T)
    assert profile.leaks() == []
    assert repr(profile.leaks()).startswith("no leaks")
    assert "leak" not in repr(profile)
    assert arrays is not None


def test_a_list_of_losses_keeps_their_graphs(training):
    losses = []
    with rung.profile() as profile:
        for _ in range(STEPS):
            losses.append(training.step())
    (leak,) = profile.leaks()
    assert (leak.what, leak.count, leak.steps, leak.functions) == ("graph", STEPS, STEPS - 1, 4 * STEPS)
    assert leak.bytes == 4 * STEPS
    assert leak.keeper == "losses"
    assert leak.name.startswith("softmax_cross_entropy (")
    assert "test_leaks.py:" in leak.name
    text = "losses keeps 6 graphs of 24 functions in all, 24 B, made by softmax_cross_entropy ("
    assert str(leak).startswith(text)
    assert repr(profile).endswith("1 leak: profile.leaks()")


def test_in_an_attribute_of_an_object(training):
    with rung.profile() as profile:
        for _ in range(STEPS):
            training.history["losses"].append(training.step())
    (leak,) = profile.leaks()
    assert leak.keeper == "training.history.losses"


def test_a_running_total_is_one_graph_over_all_steps(training):
    with rung.profile() as profile:
        for _ in range(STEPS):
            training.total = training.total + training.step()
    (leak,) = profile.leaks()
    assert (leak.count, leak.steps, leak.functions, leak.keeper) == (1, STEPS - 1, 5 * STEPS, "training.total")


def test_outputs_that_were_never_differentiated_keep_their_activations(training):
    outputs = []
    with rung.profile() as profile:
        for _ in range(STEPS):
            outputs.append(training.model(X))
    (leak,) = profile.leaks()
    assert leak.bytes == 4 * (STEPS * 20 * (100 + 10) + 20 * 50)  # the data are one array
    assert leak.name == "linear of layers.1"


def test_arrays_without_a_graph(training):
    outputs = []
    with rung.profile() as profile, rung.no_grad():
        for _ in range(STEPS):
            outputs.append(training.model(np.ones((2000, 50), np.float32)).data)
    (leak,) = profile.leaks()
    assert (leak.what, leak.count, leak.bytes, leak.keeper) == ("array", STEPS, STEPS * 80_000, "outputs")


def test_a_state_that_is_never_cut_off():
    net, x = rung.layers.LSTM(30), np.ones((20, 50), np.float32)
    with rung.profile() as profile:
        for _ in range(STEPS):
            (net(x) ** 2).mean().backward(retain_graph=True)
    assert {leak.keeper for leak in profile.leaks()} <= {"net.h", "net.c"}
    assert profile.leaks()
    with rung.profile() as profile:
        for _ in range(STEPS):
            loss = (net(x) ** 2).mean()
            loss.backward(retain_graph=True)
            net.h.unchain()
            net.c.unchain()
    assert profile.leaks() == []


def test_a_step_may_consist_of_many_calls_and_passes(training):
    with rung.profile() as profile:
        for _ in range(STEPS):
            losses = [F.softmax_cross_entropy(training.model(X), T) for _ in range(4)]
            training.model.cleargrads()
            for loss in losses:
                loss.backward()
            training.optimizer.update()
    assert profile.leaks() == []
    with rung.profile() as profile:  # and without an update, of one pass
        for _ in range(STEPS):
            losses = [F.softmax_cross_entropy(training.model(X), T) for _ in range(4)]
            sum(losses[1:], losses[0]).backward()
    assert profile.leaks() == []


def test_what_was_made_once_is_no_leak(training):
    kept = []
    with rung.profile() as profile:
        kept.append(F.exp(np.ones(100_000)))
        for _ in range(STEPS):
            training.step()
        kept.append(F.exp(np.ones(100_000)))
    assert profile.leaks() == []


def test_derivatives_of_derivatives_are_one_step():
    x = rung.Variable(np.ones(5))
    with rung.profile() as profile:
        y = F.tanh(x)
        for _ in range(4):
            y.backward(create_graph=True)
            y = x.grad
            x.cleargrad()
    assert profile.leaks() == []


def test_what_only_a_cycle_holds_is_no_leak(training):
    class Round:
        def __init__(self, loss):
            self.loss, self.me = loss, self

    with rung.profile() as profile:
        for _ in range(STEPS):
            Round(training.step())
    assert profile.leaks() == []
