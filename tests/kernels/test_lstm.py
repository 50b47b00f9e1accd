"""A long short-term memory over time by a kernel equals the one by NumPy, forward and backward."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.core.variable import Variable
from rung.kernels import lstm, switched


@pytest.fixture(autouse=True)
def _of_any_size(monkeypatch):
    monkeypatch.setattr(lstm, "LEAST", 1)


def results(n, time, size, hidden, dtype=np.float32, reverse=False):
    """The outputs of an LSTM, and the gradients of all that goes in."""
    rng = np.random.default_rng(0)
    shapes = ((n, time, size), (size, 4 * hidden), (hidden, 4 * hidden), (4 * hidden,), (n, hidden), (n, hidden))
    inputs = [Variable((rng.normal(size=shape) * 0.3).astype(dtype)) for shape in shapes]
    ys, (h, c) = F.lstm(*inputs, reverse=reverse)
    loss = (ys * np.cos(np.arange(ys.size)).reshape(ys.shape).astype(dtype)).sum() + (h * c).sum()
    return [v.data for v in (ys, h, c, *rung.grad(loss, inputs))]


@pytest.mark.parametrize("sizes", [(4, 5, 3, 7), (1, 1, 1, 1), (2, 9, 1, 33), (30, 2, 5, 16)])
def test_values_and_gradients_are_those_of_numpy(sizes, runs):
    for reverse in (False, True):
        found = results(*sizes, reverse=reverse)
        assert runs == [lstm.over_time, lstm.back_in_time]
        runs.clear()
        with switched(False):
            expected = results(*sizes, dtype=np.float64, reverse=reverse)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-5 * max(abs(b).max(), 1))


def test_in_a_compiled_step(runs):
    rng = np.random.default_rng(0)
    x, W_x, W_h = (rng.normal(size=shape).astype(np.float32) for shape in ((3, 4, 2), (2, 20), (5, 20)))

    def step(x):
        w = Variable(W_h)
        ys, _ = F.lstm(x, W_x, w)
        return ys, rung.grad((ys * ys).sum(), [w])[0]

    expected = [v.data for v in step(x)]
    compiled = rung.compile(step)
    for _ in range(5):
        for a, b in zip(compiled(x), expected, strict=True):
            np.testing.assert_allclose(a.data, b, rtol=1e-5, atol=1e-6)
