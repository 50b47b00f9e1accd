"""Kernels compute what NumPy computes."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import rung
import rung.functions as F
import rung.layers as L
from rung.compiling import compile, fusing, kernels
from rung.models import GPT, MLP
from rung.optimizers import SGD, Adam, AdamW

pytest.importorskip("numba")
SPECIAL = [0, -0.0, 1, -1.5, 3e38, -3e38, 1e-45, -1e-40, 1.2e-38, np.inf, -np.inf, np.nan, 88.7, 88.8, -103.9, -105]


@pytest.fixture(autouse=True, scope="module")
def cache_folder(tmp_path_factory):
    """Kernels of these tests are kept apart, and shared by the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def replayed(function, *arrays, calls=4):
    """What a compiled function on arrays returns when it is replayed, and its source."""
    compiled = compile(function)
    with np.errstate(all="ignore"):
        for _ in range(calls):
            result = compiled(*arrays)
    return np.asarray(getattr(result, "data", result)), compiled.source


def check(function, *arrays, rtol=3e-7, kernel=True):
    """A function of arrays, compiled, against itself on plain arrays."""
    with np.errstate(all="ignore"):
        expected = np.asarray(function(*arrays))
    found, source = replayed(function, *arrays)
    assert ("def kernel" in source) == kernel, source
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=0)


def numbers(*shape, dtype=np.float32, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


UNARY = {
    "negative": np.negative, "absolute": np.absolute, "sqrt": np.sqrt, "square": np.square,
    "exp": np.exp, "log": np.log, "tanh": np.tanh, "reciprocal": np.reciprocal,
    "power 0.5": lambda x: np.power(x, 0.5), "power 3": lambda x: np.power(x, 3),
    "power -1": lambda x: np.power(x, -1), "where": lambda x: np.where(x > 0, x, -1),
    "not": lambda x: np.logical_not(x), "clip": lambda x: np.clip(x, -2, 2),
}  # fmt: skip
BINARY = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide, "maximum": np.maximum,
    "minimum": np.minimum, "less": np.less, "less_equal": np.less_equal, "greater": np.greater, "equal": np.equal,
    "not_equal": np.not_equal, "and": np.logical_and, "or": np.logical_or,
    "where": lambda x, y: np.where(x < y, x, y),
}  # fmt: skip


@pytest.mark.parametrize("name", UNARY)
def test_an_op_of_one_array_has_numpy_s_values_at_special_ones_too(name):
    x = np.concatenate([np.array(SPECIAL, np.float32), numbers(1000) * 10])
    check(lambda x: UNARY[name](np.positive(x)) * 1, x, rtol=5e-7)


@pytest.mark.parametrize("name", BINARY)
def test_an_op_of_two_arrays_has_numpy_s_values_at_special_ones_too(name):
    x, y = (a.ravel().copy() for a in np.meshgrid(np.array(SPECIAL, np.float32), np.array(SPECIAL, np.float32)))
    check(lambda x, y: BINARY[name](np.positive(x), y) * 1, x, y)


@pytest.mark.parametrize("name", ["add", "multiply", "less", "where", "equal"])
@pytest.mark.parametrize("types", ["float64 float64", "float32 float64", "int64 float32", "int64 int64"])
def test_types_are_promoted_as_numpy_promotes_them(name, types):
    x, y = ((numbers(50, seed=i) * 9).astype(dtype) for i, dtype in enumerate(types.split()))
    check(lambda x, y: BINARY[name](BINARY[name](x, y), y), x, y)


def test_python_numbers_do_not_widen_float32():
    check(lambda x: (x * 0.1 + 1) / 3 - True, numbers(30))


@pytest.mark.parametrize("name", ["exp", "log", "tanh"])
def test_transcendental_functions_are_right_to_two_units_in_the_last_place(name):
    bits = np.arange(0, 2**32, 9973, dtype=np.uint64).astype(np.uint32)
    near = np.linspace(-20, 20, 20001, dtype=np.float32)
    x = np.concatenate([bits.view(np.float32), np.array(SPECIAL, np.float32), near])
    x = x[~np.isnan(x)]
    found, source = replayed(lambda x: getattr(np, name)(np.positive(x)), x)
    assert f"{name}32" in source
    with np.errstate(all="ignore"):
        exact = getattr(np, name)(x.astype(np.float64))
        rounded = exact.astype(np.float32)
        units = np.abs(found - exact) / np.spacing(np.abs(rounded))
    finite = np.isfinite(rounded)
    np.testing.assert_array_equal(found[~finite], rounded[~finite])
    assert units[finite].max() < 2


SHAPES = [((3, 4), (4,)), ((3, 4), (3, 1)), ((2, 3, 4), (3, 1)), ((5,), ()), ((2, 1, 4), (1, 3, 1)), ((4, 1), (1, 1))]


@pytest.mark.parametrize("shapes", SHAPES)
def test_shapes_are_broadcast(shapes):
    x, y = (numbers(*shape, seed=i) for i, shape in enumerate(shapes))
    check(lambda x, y: (x + y) * x - y, x, y)


TURNS = [lambda x: x.T, lambda x: x[:, ::-1], lambda x: x[1:, ::2], lambda x: x.reshape(4, 3).T]


@pytest.mark.parametrize("turn", TURNS)
def test_views_are_read_where_they_lie(turn):
    check(lambda x: (turn(x) + 1) * turn(x), numbers(3, 4))


def test_arguments_need_not_lie_together():
    x = numbers(6, 8)
    compiled = compile(lambda x: (x + 1) * x)
    for argument in (x, x, x, x, np.asfortranarray(x), numbers(6, 16)[:, ::2], numbers(8, 6).T):
        np.testing.assert_array_equal(compiled(argument), (argument + 1) * argument)


def test_empty_arrays_are_left_to_numpy():
    check(lambda x: (x + 1) * 2, numbers(0, 3), kernel=False)


def test_parts_of_an_array_are_written_in_the_program_s_order():
    def function(x):
        y = x * 1
        y[:, :2] *= 2
        y[:, 1:] += y[:, :-1] * 3
        y[0] = y[1] + y[2]
        return y + y[::-1]

    check(function, numbers(3, 4))


def test_halves_of_an_array_can_be_written_in_one_kernel():
    def function(x):
        y = np.ones((4, 6), np.float32) * x
        y[:, :3] *= y[:, 3:]
        y[:, 3:] *= x[:, :3]
        y[:, :3] += 1
        return y * 2

    check(function, numbers(4, 6))


def test_an_array_that_is_made_and_written_in_one_kernel_needs_no_memory():
    def function(x):
        y = x.copy()
        part = y[:, :]
        part *= 2
        np.maximum(part, x, out=part)
        return (part == x) * 1.0

    check(function, numbers(4, 6))


# Reductions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min"])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), (1, 2), (0, 2), 1])
@pytest.mark.parametrize("keepdims", [True, False])
def test_reductions_end_a_chain(name, axis, keepdims):
    check(lambda x: getattr(np.exp(x * 2), name)(axis=axis, keepdims=keepdims) * 2, numbers(5, 6, 7), rtol=2e-6)


@pytest.mark.parametrize("name", ["max", "min"])
def test_the_largest_of_a_row_with_nan_is_nan(name):
    x = numbers(4, 40)
    x[1, 7], x[2, 5], x[3] = np.nan, np.inf, -np.inf
    check(lambda x: getattr(x * 2, name)(axis=1) + 1, x)


@pytest.mark.parametrize("shape", [(7, 10), (64, 300), (3, 5, 33), (200, 1), (1, 50)])
def test_softmax_is_one_kernel_of_rows(shape):
    def softmax(x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    check(softmax, numbers(*shape) * 5, rtol=2e-6)
    x = np.where(numbers(*shape) > 0.5, -np.inf, numbers(*shape, seed=1)).astype(np.float32)
    x[..., 0] = 0
    check(softmax, x, rtol=2e-6)
    assert replayed(softmax, x)[1].count("def kernel") == 1


def test_rows_are_told_from_columns_in_a_square():
    check(lambda x, y: x * x.sum(axis=1) + y, numbers(8, 8), numbers(8), rtol=2e-6)
    check(lambda x, y: x * x.sum(axis=1, keepdims=True) + y, numbers(8, 8), numbers(8), rtol=2e-6)


def test_long_sums_are_as_precise_as_numpy_s():
    x = np.full(1_000_000, 0.1, np.float32)
    found, source = replayed(lambda x: (x * 1.0).sum(), x)
    assert "def kernel" in source
    np.testing.assert_allclose(found, x.astype(np.float64).sum(), rtol=2e-7)


def test_large_sums_over_rows_are_added_in_parts():
    x = numbers(3000, 60)
    found, source = replayed(lambda x: np.exp(x * 1.0).sum(axis=0), x)
    assert "prange" in source
    np.testing.assert_allclose(found, np.exp(x.astype(np.float64)).sum(axis=0), rtol=2e-6)


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.data())
def test_random_programs_have_numpy_s_values(data):
    """Ops drawn at random, on values drawn at random among those that are there."""
    names = ["add", "subtract", "multiply", "maximum", "where", "tanh", "sum", "max", "write", "turn"]
    number = st.integers(0, 9)
    chosen = data.draw(st.lists(st.tuples(st.sampled_from(names), number, number), min_size=3, max_size=12))
    values = [numbers(4, 6), numbers(6, seed=1), numbers(4, 1, seed=2)]

    def function(*arrays):
        known = list(arrays)
        for name, i, j in chosen:
            x, y = known[i % len(known)], known[j % len(known)]
            if name == "tanh":
                known.append(np.tanh(x))
            elif name in ("sum", "max"):
                known.append(getattr(x + 0.5, name)(axis=-1 if i % 2 else 0, keepdims=x.ndim == 2))
            elif name == "write" and x.ndim:
                z = x * 1
                z[..., : 1 + j % 3] *= 0.5
                known.append(z)
            elif name == "turn" and x.ndim:
                known.append(x[..., ::-1])
            elif name in BINARY and np.broadcast_shapes(x.shape, (4, 6)) == (4, 6) == np.broadcast_shapes(
                y.shape, (4, 6)
            ):
                known.append(BINARY[name](x, y))
        return sum(((v * 1).sum() for v in known[1:]), (known[0] * 1).sum()) + known[-1]

    with np.errstate(all="ignore"):
        expected = function(*values)
    found, _ = replayed(function, *values)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


# Whole steps -------------------------------------------------------------------------------------------------------


class Curve(rung.Model):
    """An LSTM with a layer on top."""

    def __init__(self):
        super().__init__()
        self.rnn, self.fc = L.LSTM(8), L.Linear(1)

    def forward(self, x):
        self.rnn.reset_state()
        for part in x:
            h = self.rnn(part)
        return self.fc(h)


def network():
    return L.Sequential(L.Conv2d(4, 3), L.BatchNorm(), F.relu, lambda x: x.reshape(len(x), -1), L.Linear(5))


def entropy(model, x, t):
    y = model(x)
    return F.softmax_cross_entropy(y.reshape(-1, y.shape[-1]), t.reshape(-1))


def squares(model, x, t):
    return F.mean_squared_error(model(x), t)


LABELS = np.arange(12) % 5
STEPS = {
    "sigmoid, SGD": (lambda: MLP((9, 5)), entropy, lambda: SGD(0.1), numbers(12, 6), LABELS),
    "relu, Adam": (lambda: MLP((9, 5), F.relu), entropy, lambda: Adam(0.01), numbers(12, 6), LABELS),
    "batch norm": (network, entropy, lambda: SGD(0.05), numbers(12, 2, 6, 6), LABELS),
    "LSTM": (Curve, squares, lambda: AdamW(0.01), numbers(5, 4, 3), numbers(4, 1)),
    "GPT": (lambda: GPT(5, 6, 8, 2, 2), entropy, lambda: AdamW(1e-3), LABELS.reshape(2, 6), LABELS.reshape(2, 6)),
}  # fmt: skip


def trained(name, compiled, steps=7):
    make, loss_of, optimizer, x, t = STEPS[name]
    rung.seed(0)
    model = make()
    optimizer = optimizer().setup(model)

    def step(x, t):
        loss = loss_of(model, x, t)
        model.cleargrads()
        loss.backward()
        optimizer.update()
        return loss

    run = compile(step) if compiled else step
    losses = [run(x, t).item() for _ in range(steps)]
    return losses, [param.data.copy() for param in model.params()], run


@pytest.mark.parametrize("name", STEPS)
def test_a_whole_step_trains_as_it_does_uncompiled(name):
    losses, params, _ = trained(name, False)
    found, others, run = trained(name, True)
    assert "def kernel" in run.source
    np.testing.assert_allclose(found, losses, rtol=1e-5)
    if name != "GPT":  # keys' biases have gradients of 0 but for rounding, which Adam takes for gradients
        for param, other in zip(params, others, strict=True):
            np.testing.assert_allclose(other, param, rtol=1e-4, atol=2e-6)


def test_an_update_is_one_kernel_that_writes_into_the_state_s_own_arrays():
    source = trained("relu, Adam", True)[2].source
    update = [kernel for kernel in source.split("def ")[1:] if "sqrt(" in kernel]
    assert len(update) == 1
    assert source.count(update[0].split("(")[0]) == 5  # its definition, and 4 parameters


def test_without_numba_nothing_is_fused(monkeypatch):
    monkeypatch.setattr(fusing, "has_numba", lambda: False)
    losses, params, _ = trained("relu, Adam", False)
    found, others, run = trained("relu, Adam", True)
    assert "def kernel" not in run.source
    assert found == losses
    assert all(np.array_equal(a, b) for a, b in zip(params, others, strict=True))


def test_state_that_no_longer_lies_together_is_recorded_anew():
    w = rung.Parameter(numbers(3, 4))

    @compile
    def step(x):
        w.data[...] = (w.data + x) * 0.5
        return w.data * 1

    for _ in range(4):
        step(numbers(3, 4))
    w.data = np.asfortranarray(w.data)
    before = w.data.copy()
    for _ in range(3):
        found = step(numbers(3, 4))
        before = (before + numbers(3, 4)) * np.float32(0.5)
        np.testing.assert_array_equal(found, before)


SCRIPT = """
import numpy as np
from rung.compiling import compile
f = compile(lambda x: (x + 1) * x - 2)
for _ in range(4):
    f(np.ones(9, np.float32))
name = f.source.split("(")[0].removeprefix("def ")
import sys
module = sys.modules["rung_" + name]
print(sum(getattr(module, name).stats.cache_hits.values()))
"""


def test_a_second_process_finds_the_kernels_on_disk(tmp_path):
    environment = {**os.environ, "RUNG_CACHE": str(tmp_path), "PYTHONPATH": str(Path(rung.__file__).parents[1])}
    command = [sys.executable, "-c", SCRIPT]
    runs = [subprocess.run(command, env=environment, capture_output=True, text=True, check=True) for _ in range(2)]
    assert [int(run.stdout) for run in runs] == [0, 1]


def test_a_folder_that_cannot_be_written_to_is_no_hindrance(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RUNG_CACHE", str(tmp_path / "file"))
    check(lambda x: (x + 1.25) * x - 7, numbers(9))
    assert kernels._own_folder()
