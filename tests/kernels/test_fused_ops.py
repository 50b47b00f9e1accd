"""Ops that state `fused = True` give the same through kernels of their formulas as through the formulas."""

import subprocess
import sys
import threading
from weakref import ref

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.core.families import RealElementwise
from rung.core.variable import Variable
from rung.kernels import fusing, switched

pytest.importorskip("numba")
from rung.compiling import ops

X = np.random.default_rng(0).normal(size=(6, 5, 16)).astype(np.float32)

OPS = {
    "sigmoid": F.sigmoid,
    "tanh": F.tanh,
    "gelu": F.gelu,
    "gelu by tanh": lambda x: F.gelu(x, approximate=True),
    "softmax": F.softmax,
    "softmax along the first axis": lambda x: F.softmax(x, axis=0),
    "log-softmax": F.log_softmax,
    "layer norm": lambda x: F.layer_norm(x, np.linspace(0.5, 1, 16, dtype=np.float32), np.ones(16, np.float32)),
    "attention": lambda x: F.scaled_dot_product_attention(x, x * 0.5, F.exp(x), causal=True),
}


@pytest.fixture(autouse=True)
def _of_any_size(monkeypatch):
    monkeypatch.setattr(fusing, "SMALLEST", 8)
    monkeypatch.setattr(ops, "_programs", {})


def value_and_gradients(f):
    """What a function gives, its gradient, and that of a function of its gradient."""
    x = Variable(X)
    y = f(x)
    (g,) = rung.grad(y, [x], np.cos(X), create_graph=True)
    (gg,) = rung.grad(g, [x], np.sin(X))
    (plain,) = rung.grad(f(x), [x], np.cos(X))
    return [v.data for v in (y, g, plain, gg)]


@pytest.mark.parametrize("name", OPS)
def test_values_and_gradients_are_those_of_the_formulas(name):
    with switched(False):
        expected = value_and_gradients(OPS[name])
    assert not ops._programs
    for _ in range(2):
        for a, b in zip(value_and_gradients(OPS[name]), expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    assert any(ops._programs.values())


def test_results_are_not_written_over_by_the_next_call():
    first = F.gelu(Variable(X))
    kept = first.data.copy()
    F.gelu(Variable(2 * X))
    np.testing.assert_array_equal(first.data, kept)


def test_options_of_an_op_are_part_of_its_program():
    for axis in (0, 1, 2):
        np.testing.assert_allclose(F.softmax(Variable(X), axis=axis).data.sum(axis=axis), 1, rtol=1e-5)


def test_strides_are_part_of_a_program():
    for x in (X, X[::-1], X.transpose(1, 0, 2), np.asfortranarray(X)):
        np.testing.assert_allclose(F.sigmoid(Variable(x)).data, 1 / (1 + np.exp(-x)), rtol=1e-5)


def test_one_array_for_two_inputs_is_no_write_to_both():
    @fusing.fused
    def f(xp, a, b):
        return xp.exp(a) * b + a

    y = X + 1
    for a, b in ((X, y), (X, X), (y, X)):
        np.testing.assert_allclose(f(np, a, b, work=a.size), np.exp(a) * b + a, rtol=1e-5)


def test_threads_do_not_share_the_memory_of_a_program():
    inputs = [np.full((300, 100), value, np.float32) for value in (0.5, 2.0)]
    wrong = []

    def run(x):
        for _ in range(100):
            y = F.log_softmax(Variable(x), axis=0).data
            if not np.allclose(y, -np.log(300), rtol=1e-4):
                wrong.append(y)

    threads = [threading.Thread(target=run, args=(x,)) for x in inputs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_other_dtypes_are_left_to_the_formula():
    F.sigmoid(Variable(X.astype(np.float64)))
    F.sigmoid(Variable(X.astype(np.float16)))
    assert not ops._programs


def test_small_networks_do_not_import_numba():
    program = """
import sys, numpy as np, rung
from rung.models import MLP
model = MLP((100, 10)); optimizer = rung.optimizers.Adam().setup(model)
loss = rung.functions.softmax_cross_entropy(model(np.ones((100, 784), np.float32)), np.zeros(100, int))
loss.backward(); optimizer.update()
assert "numba" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_arrays_die_with_the_last_who_holds_them(no_gc):
    x = Variable(X + 1)
    gone = ref(x._data)
    F.gelu(x)
    del x
    assert gone() is None


def test_an_op_that_asks_for_a_real_array_is_left_as_it_is():
    class Twice(RealElementwise):
        def forward(self, xp, x):
            return 2 * xp.array(x.flat).reshape(x.shape)

    np.testing.assert_array_equal(Twice()(X).data, 2 * X)
    assert list(ops._programs.values()) == [None]


class Scaled(RealElementwise):
    factor = 2.0

    def forward(self, xp, x):
        return xp.exp(x) * self.factor + 1


class ScaledMore(Scaled):
    factor = 3.0


def test_classes_that_share_a_formula_have_programs_of_their_own():
    for op in (Scaled(), ScaledMore()):
        np.testing.assert_allclose(op(X).data, np.exp(X) * op.factor + 1, rtol=1e-5)
    assert all(ops._programs.values())
