"""Attention by heads equals attention by blocks of NumPy, forward and backward."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.core.variable import Variable
from rung.kernels import attention, switched


@pytest.fixture(autouse=True)
def _of_any_size(monkeypatch):
    monkeypatch.setattr(attention, "LEAST", 1)


CASES = {
    "heads": ((2, 3), 40, 40, 16, 16, True),
    "fewer queries than keys": ((2,), 5, 7, 4, 3, True),
    "queries that see nothing": ((2,), 7, 5, 4, 3, True),
    "no heads, wide values": ((), 13, 40, 16, 65, False),
    "more than a strip of everything": ((3,), 100, 33, 33, 32, True),
    "several chunks of queries": ((1,), 700, 700, 8, 8, True),
    "one query": ((1, 2), 1, 50, 8, 8, True),
}


def results(lead, queries, keys, size, features, causal, dtype=np.float32):
    """The output of an attention, and its gradients."""
    rng = np.random.default_rng(0)
    shapes = ((queries, size), (keys, size), (keys, features))
    inputs = [Variable(rng.normal(size=(*lead, *shape)).astype(dtype)) for shape in shapes]
    y = F.scaled_dot_product_attention(*inputs, causal=causal)
    return [v.data for v in (y, *rung.grad(y, inputs, np.cos(np.arange(y.size)).reshape(y.shape).astype(dtype)))]


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_are_those_of_blocks(name, runs):
    found = results(*CASES[name])
    assert runs == [attention.attend, attention.attend_backward]
    with switched(False):
        expected = results(*CASES[name], dtype=np.float64)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=3e-6 * max(abs(b).max(), 1))


def test_what_it_does_not_know_is_left_to_blocks(runs):
    q = Variable(np.ones((2, 4, 8), np.float32))
    F.scaled_dot_product_attention(q, q, q, np.ones((4, 4), bool))
    F.scaled_dot_product_attention(q, q, q, np.zeros((4, 4), np.float32))
    F.scaled_dot_product_attention(q, q, q, dropout=0.5)
    F.scaled_dot_product_attention(q, Variable(np.ones((1, 4, 8), np.float32)), q)
    assert not runs


def test_a_derivative_that_is_recorded_is_that_of_a_composition(runs):
    def second(x):
        y = F.scaled_dot_product_attention(x, x * 0.5, x, causal=True)
        (g,) = rung.grad(y, [x], create_graph=True)
        return rung.grad((g * g).sum(), [x])[0].data

    x = Variable(np.random.default_rng(0).normal(size=(2, 9, 4)).astype(np.float32))
    found = second(x)
    assert runs
    with switched(False):
        np.testing.assert_allclose(found, second(x), rtol=1e-3, atol=1e-4)


def test_in_a_compiled_step(runs):
    rng = np.random.default_rng(0)
    x = Variable(rng.normal(size=(2, 9, 4)).astype(np.float32))

    def step(x):
        y = F.scaled_dot_product_attention(x, x * 0.5, x, causal=True)
        return y, rung.grad((y * y).sum(), [x])[0]

    expected = [v.data for v in step(x)]
    compiled = rung.compile(step)
    for _ in range(5):
        found = compiled(x)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a.data, b, rtol=1e-5, atol=1e-6)
    assert "attend" in compiled.source or "kernel" in compiled.source
