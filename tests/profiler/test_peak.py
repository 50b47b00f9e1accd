"""The memory of arrays at its peak is what one computes by hand, and held by whom one says."""

import gc
from weakref import ref

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.models import MLP
from rung.optimizers import SGD, Adam
from rung.profiler.ledger import ACTIVATIONS, GRADIENTS, OTHERS, PARAMETERS, STATE

N = 2000
X = np.ones((N, 50), np.float32)
# Numbers in an MLP of 50 -> 100 -> 80 -> 10.
WEIGHTS = [50 * 100 + 100, 100 * 80 + 80, 80 * 10 + 10]


pytestmark = pytest.mark.usefixtures("no_gc")


def held_by(peak):
    return {(part.kind, part.name, part.layer): part.bytes for part in peak.held}


def test_the_peak_of_three_layers_is_what_one_computes():
    model = MLP((100, 80, 10), activation=F.tanh)
    model(X[:1])  # sizes
    with rung.profile() as profile:
        loss = model(X).sum()
        loss.backward()
    peak = profile.memory()
    # It is in the derivative of the second tanh. x, h1 and h2 are saved, the gradient of h2 has come, and that of
    # what the tanh was computed from is made; the last layer has its gradients already, and the loss and the gradient
    # that the pass began with are there.
    assert (peak.when.name, peak.when.direction, peak.when.layer) == ("tanh", "backward", "mlp")
    assert peak.bytes == 4 * (N * (50 + 100 + 80 + 80 + 80) + sum(WEIGHTS) + WEIGHTS[2] + 1 + 1)
    assert held_by(peak) == {
        (PARAMETERS, "", "layers.0"): 4 * WEIGHTS[0],
        (PARAMETERS, "", "layers.1"): 4 * WEIGHTS[1],
        (PARAMETERS, "", "layers.2"): 4 * WEIGHTS[2],
        (ACTIVATIONS, "linear", "layers.0"): 4 * N * 50,  # the data
        (ACTIVATIONS, "tanh", "mlp"): 4 * N * (100 + 80),
        (GRADIENTS, "linear", "layers.2"): 4 * (N * 80 + WEIGHTS[2]),
        (GRADIENTS, "tanh", "mlp"): 4 * N * 80,
        (GRADIENTS, "backward pass: queue, sums of gradients", ""): 4,
        (OTHERS, "sum", ""): 4,
    }
    assert 0 < peak.when.seconds < profile.seconds
    assert sum(peak.of(kind) for kind in (PARAMETERS, GRADIENTS, ACTIVATIONS, OTHERS)) == peak.bytes


def test_without_a_graph_results_are_let_go():
    model = MLP((100, 80, 10), activation=F.tanh)
    model(X[:1])
    with rung.no_grad(), rung.profile() as profile:
        model(X)
    peak = profile.memory()
    # At the second tanh: x, h1 (which the network's forward still holds), and what comes into the tanh and out of it.
    assert peak.bytes == 4 * (N * (50 + 100 + 80 + 80) + WEIGHTS[0] + WEIGHTS[1])
    assert peak.of(ACTIVATIONS) == 0
    assert peak.of(OTHERS) == 4 * N * (50 + 100 + 80 + 80)


def test_the_state_of_an_optimizer_counts_and_so_do_gradients_from_before():
    model = MLP((100, 10))
    optimizer = Adam().setup(model)
    model(X[:1]).sum().backward()
    optimizer.update()
    numbers = sum(p.size for p in model.params())
    with rung.profile() as profile:
        optimizer.update()
    assert held_by(profile.memory()) == {(STATE, "Adam", ""): 8 * numbers, (PARAMETERS, "", ""): 4 * numbers}
    with rung.profile() as profile:
        model(X[:1])
    assert profile.memory().of(GRADIENTS) == 4 * numbers


def test_what_is_let_go_is_held_by_the_program_alone():
    x = rung.Variable(np.ones(1000))
    with rung.profile() as profile:
        y = F.exp(x)
        z = F.exp(y)
        z.sum().backward()
        more = np.ones(3000) + F.exp(np.ones(3000))
    held = held_by(profile.memory())
    assert held[OTHERS, "exp", ""] == 8 * (1000 + 1000 + 3000)
    assert profile.memory().of(ACTIVATIONS) == 0
    assert more.shape == (3000,)
    del y, z


def test_the_first_that_saved_it_holds_it():
    x = rung.Variable(np.ones(1000))
    with rung.profile() as profile:
        y = F.exp(x)  # saves what it gives
        z = y * x  # saves that too
        F.exp(z)
    assert held_by(profile.memory()) == {(ACTIVATIONS, "exp", ""): 16_000, (ACTIVATIONS, "mul", ""): 8000,
                                         (OTHERS, "mul", ""): 8000}  # fmt: skip


def test_arrays_that_go_are_taken_off():
    with rung.profile() as profile:
        for _ in range(5):
            F.exp(np.ones(1000))
    assert profile.memory().bytes == 16_000


def test_looking_on_keeps_nothing_alive_and_forms_no_cycle():
    model = MLP((10, 1))
    with rung.profile() as profile:
        y = model(X).sum()
        y.backward()
        data, node = ref(y._data), ref(y.creator)
        del y
        assert data() is None
        assert node() is None
    del profile
    assert gc.collect() == 0


def test_the_profile_can_be_asked_while_the_block_runs():
    with rung.profile() as profile:
        F.exp(np.ones(1000))
        assert profile.memory().bytes == 16_000
        assert [row.calls for row in profile.by_op().rows] == [1]
        F.exp(np.ones(1000))
    assert [row.calls for row in profile.by_op().rows] == [2]


def test_the_process_is_told_beside_it():
    with rung.profile() as profile:
        F.exp(np.ones(4_000_000)).sum()
    peak = profile.memory()
    assert peak.process == 0 or peak.process >= max(peak.process_before, peak.bytes)


def test_the_table():
    model = MLP((20, 20, 20, 20, 10), activation=F.tanh)
    optimizer = SGD(0.1).setup(model)
    with rung.profile() as profile:
        model(X).sum().backward()
        optimizer.update()
    text = repr(profile.memory())
    assert text.startswith(f"peak: {profile.memory().bytes / 2**20:.2f} MiB in tanh backward of mlp, ")
    assert "layers.* (5 layers)" in text
    assert "iB at most" in text  # of the whole process, with all that other tests have left
    assert repr(profile).splitlines()[-1].startswith("peak: ")


def test_without_arrays_there_is_no_table():
    with rung.profile() as profile:
        pass
    assert repr(profile.memory()).startswith("peak: no arrays were seen\nthe process: ")
