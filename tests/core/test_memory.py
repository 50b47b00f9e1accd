"""Memory: freed by reference counts alone, flat over steps, let go by backward."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

import rung
import rung.functions as F
from rung import Variable


def _loss(x, w, b):
    h = F.relu(F.linear(x, w, b))
    p = F.softmax(h) * F.exp(-h)
    return F.softmax_cross_entropy(p[:, ::-1], np.zeros(len(x.data), int)) + p.mean() + (h @ h.T).max()


def _plain(x, w, b):
    loss = _loss(x, w, b)
    for v in (x, w, b):
        v.cleargrad()
    loss.backward()


def _with_graph(x, w, b):
    gradients = rung.grad(_loss(x, w, b), [x, w, b], create_graph=True)
    for v in (x, w, b):
        v.cleargrad()
    sum((g * g).sum() for g in gradients).backward()


def _create_graph_then_clear(x, w, b):
    loss = _loss(x, w, b)
    loss.backward(create_graph=True)
    (x.grad * x.grad).sum().backward()
    for v in (x, w, b):
        v.cleargrad()


def _forward_mode(x, w, b):
    rung.transform.jvp(lambda v: _loss(v, w, b), [x], [np.ones(x.shape)])


def _mutation_guarded(x, w, b):
    loss = _loss(x, w, b)
    _ = w.data.sum(), x.T.data.sum()
    loss.backward()
    w.data -= 0.0 * w.grad.data
    for v in (x, w, b):
        v.cleargrad()


@pytest.mark.usefixtures("no_gc")
@pytest.mark.parametrize("step", [_plain, _with_graph, _create_graph_then_clear, _forward_mode, _mutation_guarded])
def test_memory_stays_flat_without_the_collector(step):
    x, w, b = Variable(np.random.rand(20, 30)), Variable(np.random.rand(30, 8)), Variable(np.zeros(8))
    for _ in range(5):
        step(x, w, b)
    tracemalloc.start()
    step(x, w, b)
    objects, bytes_of_arrays = len(gc.get_objects()), _bytes_of_arrays()
    for _ in range(40):
        step(x, w, b)
    objects, bytes_of_arrays = len(gc.get_objects()) - objects, _bytes_of_arrays() - bytes_of_arrays
    tracemalloc.stop()
    assert objects < 20, f"{objects} objects more after 40 steps"
    assert bytes_of_arrays == 0


def _bytes_of_arrays():
    """What NumPy holds for arrays; Python's own figure also counts its free lists, which fill up slowly."""
    arrays = tracemalloc.DomainFilter(inclusive=True, domain=np.lib.tracemalloc_domain)
    return sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces([arrays]).traces)


@pytest.mark.usefixtures("no_gc")
def test_a_dropped_result_frees_its_graph_at_once():
    x = Variable(np.ones(3))
    y = F.exp(x) * 2
    node = weakref.ref(y.creator)
    del y
    assert node() is None


@pytest.mark.usefixtures("no_gc")
def test_an_exception_in_forward_frees_the_graph():
    x = Variable(np.ones((2, 3)))
    y = F.tanh(x)
    node = weakref.ref(y.creator)
    try:
        y @ y
    except rung.errors.ShapeError as error:
        assert "matmul" in str(error)
    del y
    assert node() is None


def test_backward_lets_saved_arrays_go_and_keeps_the_structure():
    x = Variable(np.ones(1000))
    h = F.exp(x)
    saved = weakref.ref(h._data)
    y = (h * h).sum()
    del h
    assert saved() is not None
    y.backward()
    assert saved() is None
    assert y.creator.edges[0].creator.op.name == "mul"


def test_only_what_a_wanted_gradient_reads_is_saved():
    x, w = np.ones((4, 3)), Variable(np.ones((3, 2)))
    assert [a.shape for a in F.matmul(x, w).creator.saved] == [(4, 3)]
    assert not (w + 1).creator.saved
    assert not w.sum().creator.saved
    assert [a.shape for a in F.tanh(w).creator.saved] == [(3, 2)]
    assert len((w * 2.0).creator.saved) == 1


def test_the_gradient_of_data_is_not_computed():
    calls = []

    class Watched(rung.functions.linalg.product.MatMul):
        def grad_a(self, gy, b):
            calls.append("a")
            return super().grad_a(gy, b)

    Watched()(np.ones((2, 3)), Variable(np.ones((3, 4)))).backward()
    assert calls == []
    Watched()(Variable(np.ones((2, 3))), Variable(np.ones((3, 4)))).backward()
    assert calls == ["a"]


def test_no_grad_keeps_no_graph():
    x = Variable(np.ones(3))
    with rung.no_grad():
        y = F.exp(x)
    assert y.creator is None


def test_forward_mode_under_no_grad_keeps_no_graph():
    made = []

    def f(x):
        for _ in range(5):
            x = F.sin(x)
            made.append(x.creator)
        return x

    with rung.no_grad():
        _, tangent = rung.transform.jvp(f, [0.5], [1.0])
    assert made == [None] * 5
    expected, value = 1.0, 0.5
    for _ in range(5):
        expected, value = expected * np.cos(value), np.sin(value)
    assert tangent.item() == pytest.approx(expected)


def test_a_broadcast_that_does_not_fit_is_a_memory_error_and_leaves_rung_usable():
    x, y = Variable(np.ones((1 << 24, 1), np.float32)), Variable(np.ones((1, 1 << 24), np.float32))
    with pytest.raises(MemoryError):
        x + y  # a petabyte: refused before anything is allocated
    z = x.sum()
    z.backward()
    assert x.grad.data[0, 0] == 1
