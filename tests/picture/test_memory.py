"""What takes memory and when; and that looking on takes none."""

import gc
from weakref import ref

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.models import MLP
from rung.optimizers import Adam


def _changes(graph):
    memory = graph.memory
    return list(zip(memory.events, memory.kinds, memory.values, memory.bytes, strict=True))


def _totals(graph):
    totals = dict.fromkeys(("parameter", "data", "kept", "gradient"), 0)
    for kind, size in zip(graph.memory.kinds, graph.memory.bytes, strict=True):
        totals[kind] += size
    return totals


pytestmark = pytest.mark.usefixtures("no_gc")


def test_each_array_comes_and_goes():
    x = rung.Variable(np.ones(10))
    with rung.record() as graph:
        y = x * 2.0
        y = y + 1.0  # nobody holds or saved the product any more
        del y
    assert _changes(graph) == [(0, "data", 0, 80), (0, "data", 2, 80), (1, "data", 2, -80)]


def test_what_only_the_graph_holds_is_kept_for_backward():
    x = rung.Variable(np.ones(10))
    with rung.record() as graph:
        y = F.exp(F.exp(x)).sum()
        y.backward()
    of_first = [(event, kind, size) for event, kind, value, size in _changes(graph) if value == 1]
    held = [change for change in of_first if change[1] != "gradient"]
    assert held == [(0, "data", 80), (1, "data", -80), (1, "kept", 80), (6, "kept", -80)]
    assert graph.events[6].call == 0  # its visit


def test_views_count_once():
    x = rung.Variable(np.ones((4, 5)))
    with rung.record() as graph:
        y = x.reshape(20)
        z = y[2:4]
        w = z.reshape(2, 1).transpose()
    assert _totals(graph)["data"] == 160
    assert w.data.base is not None


def test_parameters_and_gradients():
    model = MLP((3,))
    model(np.ones((1, 2), np.float32))
    with rung.record() as graph:
        model(np.ones((1, 2), np.float32)).sum().backward()
    totals = _totals(graph)
    assert totals["parameter"] == sum(p.nbytes for p in model.params())
    assert totals["gradient"] == sum(p.grad.nbytes for p in model.params())
    assert totals["kept"] == 0
    model.cleargrads()


def test_gradients_that_were_cleared_are_gone():
    x = rung.Variable(np.ones(10))
    with rung.record() as graph:
        (x * x).sum().backward()
        x.cleargrad()
        F.exp(x)
    assert _totals(graph)["gradient"] == 0


class Watching(rung.Function):
    """Remembers, weakly, every array that it makes."""

    made = []

    def forward(self, x):
        y = np.tanh(x)
        Watching.made.append(ref(y))
        return y

    def backward(self, gy):
        (x,) = self.inputs
        return gy * (1 - F.tanh(x) ** 2)


def _alive(recording):
    """Which of a program's arrays are alive at each of its points."""
    Watching.made.clear()
    x = rung.Variable(np.ones(100))
    alive = []

    def look():
        alive.append([each() is not None for each in Watching.made])

    with rung.record() if recording else rung.test_mode():
        h = Watching()(x)
        for _ in range(3):
            h = Watching()(h)
            look()
        y = F.exp(h).sum()
        del h
        look()
        y.backward()
        look()
        with rung.no_grad():
            z = Watching()(Watching()(x))
        look()
        del z
        look()
        y = Watching()(x)
        y.backward(create_graph=True)
        del y
        look()
        x.cleargrad()
        look()
    look()
    return alive


def test_the_recorder_keeps_no_array_alive():
    assert _alive(recording=True) == _alive(recording=False)


def test_nothing_forms_a_cycle():
    rung.seed(0)
    model, x = MLP((8, 4)), np.ones((5, 3), np.float32)
    optimizer = Adam(0.1).setup(model)

    def run():
        with rung.record() as graph:
            for _ in range(2):
                y = model(x)
                loss = (y**2).sum() + (rung.grad(y, list(model.params()), create_graph=True)[0] ** 2).sum()
                model.cleargrads()
                loss.backward()
                optimizer.update()
        return graph

    run()
    gc.collect()
    graph = run()
    assert gc.collect() == 0
    assert graph.calls


def test_nothing_forms_a_cycle_when_an_error_ends_it():
    x = rung.Variable(np.ones(3))

    def run():
        try:
            with rung.record() as graph:
                h = F.exp(x)
                h + np.ones(5)
        except rung.errors.ShapeError:
            pass
        return graph

    run()
    gc.collect()
    assert run().error.call == 1
    assert gc.collect() == 0


def test_the_layers_and_variables_of_a_program_are_let_go():
    model = MLP((3,))
    with rung.record() as graph:
        y = model(np.ones((1, 2), np.float32))
        held = ref(model), ref(y), ref(y._record)
        del model, y
        assert [each() for each in held] == [None] * 3
        F.exp(rung.Variable(1.0))
    assert graph.scopes
