"""Functions that are made of ops: their values against NumPy, their derivatives in every mode against differences."""

import re
from pathlib import Path

import numpy as np
import pytest
from functions.test_every_op import OPS

import rung.functions as F
from rung import Variable
from rung.errors import RungError
from rung.transform import grad, jvp, vmap

RNG = np.random.default_rng(0)
A, B = RNG.standard_normal((3, 4)), RNG.standard_normal((3, 4))

HOLES = np.where(np.arange(12).reshape(3, 4) % 5 == 0, 0.0, 1.0)
WEIGHTS = np.array([[1.0, 0.0, 2.0, 0.5], [3.0, 1.0, 1.0, 0.2], [0.0, 2.0, 1.0, 4.0]])
PICKED = np.array([[3, 0, 0, -1, 2], [1, 1, -4, 0, 3]])


def _digamma(x, terms=2000):
    """The defining limit, with its tail by Euler and Maclaurin; shifted past the poles by the recurrence."""
    end = x + terms
    return np.log(end) - 0.5 / end - 1 / 12 / end**2 - sum(1 / (x + k) for k in range(terms))


def _scattered(x, index, values):
    y = x.copy()
    for row in range(len(index)):
        for k, column in enumerate(index[row]):
            y[row, column] += values[row, k]
    return y


def _meshed(xs, indexing):
    first, second = (np.meshgrid if isinstance(xs[0], np.ndarray) else F.meshgrid)(*xs, indexing=indexing)
    return first * second + first


MODES = ["constant", "edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect", "symmetric", "wrap"]
BORDER = ((2, 1), (0, 3))

CASES = {
    "expand_dims": (lambda x: F.expand_dims(x, -1), lambda x: np.expand_dims(x, -1)),
    "expand_dims twice": (lambda x: F.expand_dims(x, (0, 2)), lambda x: np.expand_dims(x, (0, 2))),
    "squeeze": (lambda x: F.squeeze(F.reshape(x, (1, 12, 1))), lambda x: x.reshape(12)),
    "squeeze an axis": (lambda x: F.squeeze(F.reshape(x, (1, 12, 1)), -1), lambda x: x.reshape(1, 12)),
    "flatten": (F.flatten, np.ravel),
    "moveaxis": (
        lambda x: F.moveaxis(F.reshape(x, (2, 2, 3)), 0, -1), lambda x: np.moveaxis(x.reshape(2, 2, 3), 0, -1)
    ),
    "flip": (F.flip, np.flip),
    "flip an axis": (lambda x: F.flip(x, -1), lambda x: np.flip(x, -1)),
    "stack": (lambda x: F.stack([x, x * x], 1), lambda x: np.stack([x, x * x], 1)),
    "stack last": (lambda x: F.stack([x, x * x], -1), lambda x: np.stack([x, x * x], -1)),
    "split": (lambda x: F.split(x, 2, 1)[1] * F.split(x, 2, 1)[0], lambda x: x[:, 2:] * x[:, :2]),
    "split at": (lambda x: F.split(x, [1, 3], -1)[1] ** 2, lambda x: x[:, 1:3] ** 2),
    "chunk": (lambda x: F.chunk(x, 3, 1)[1] ** 2, lambda x: x[:, 2:] ** 2),
    "sort": (lambda x: F.sort(x, 0) ** 2, lambda x: np.sort(x, 0) ** 2),
    "topk": (lambda x: F.topk(x, 2)[0] ** 2, lambda x: np.sort(x)[:, :-3:-1] ** 2),
    "var": (F.var, np.var),
    "var of a sample": (lambda x: F.var(x, 0, True, ddof=1), lambda x: np.var(x, 0, keepdims=True, ddof=1)),
    "std": (lambda x: F.std(x, (0, -1)), np.std),
    "norm": (lambda x: F.norm(x, 1), lambda x: np.linalg.norm(x, axis=1)),
    "prod": (F.prod, np.prod),
    "prod along axes": (lambda x: F.prod(F.reshape(x, (2, 3, 2)), (0, -1), True),
                        lambda x: np.prod(x.reshape(2, 3, 2), (0, -1), keepdims=True)),
    "prod with a zero": (lambda x: F.prod(x * HOLES + 0.0, 1), lambda x: np.prod(x * HOLES, 1)),
    "methods": (lambda x: x.var(0) + x.flatten()[:4] + x.max(0), lambda x: x.var(0) + x.ravel()[:4] + x.max(0)),
    "flip axes": (lambda x: F.flip(F.reshape(x, (2, 2, 3)), (0, -1)), lambda x: x.reshape(2, 2, 3)[::-1, :, ::-1]),
    "swapaxes": (lambda x: F.swapaxes(F.reshape(x, (2, 2, 3)), 0, -1), lambda x: x.reshape(2, 2, 3).swapaxes(0, 2)),
    "average": (lambda x: F.average(x, weights=WEIGHTS), lambda x: np.average(x, weights=WEIGHTS)),
    "average without weights": (lambda x: F.average(x, 0), lambda x: np.average(x, 0)),
    "average along an axis": (lambda x: F.average(x, -1, WEIGHTS[0]), lambda x: np.average(x, -1, WEIGHTS[0])),
    "average by weights that move": (lambda x: F.average(x, 0, x * x + 1, True),
                                     lambda x: np.average(x, 0, x * x + 1, keepdims=True)),
    "average along axes": (lambda x: F.average(F.reshape(x, (2, 3, 2)), (0, 2), WEIGHTS.reshape(2, 3, 2)),
                           lambda x: np.average(x.reshape(2, 3, 2), (0, 2), WEIGHTS.reshape(2, 3, 2))),
    "cumprod": (F.cumprod, np.cumprod),
    "cumprod along an axis": (lambda x: F.cumprod(x, -1), lambda x: np.cumprod(x, -1)),
    "cumprod with a zero": (lambda x: F.cumprod(x * HOLES, 0), lambda x: np.cumprod(x * HOLES, 0)),
    "cumsum of all": (lambda x: F.cumsum(x) ** 2, lambda x: np.cumsum(x) ** 2),
    **{f"pad {mode}": (lambda x, mode=mode: F.pad(x, BORDER, mode) ** 2,
                       lambda x, mode=mode: np.pad(x, BORDER, mode) ** 2) for mode in MODES},
    "pad with a value": (lambda x: F.pad(x, 1, value=2.5), lambda x: np.pad(x, 1, constant_values=2.5)),
    "pad with a ramp": (lambda x: F.pad(x, (3, 2), "linear_ramp", end_value=1.5),
                        lambda x: np.pad(x, (3, 2), "linear_ramp", end_values=1.5)),
    "tile": (lambda x: F.tile(x, 2) ** 2, lambda x: np.tile(x, 2) ** 2),
    "tile to more axes": (lambda x: F.tile(x, (2, 1, 3)), lambda x: np.tile(x, (2, 1, 3))),
    "repeat": (lambda x: F.repeat(x, 2) ** 2, lambda x: np.repeat(x, 2) ** 2),
    "repeat unevenly": (lambda x: F.repeat(x, [2, 0, 1, 3], -1), lambda x: np.repeat(x, [2, 0, 1, 3], -1)),
    "diag of a matrix": (lambda x: F.diag(x, -1) ** 2, lambda x: np.diag(x, -1) ** 2),
    "diag of a vector": (lambda x: F.diag(x[0], 2), lambda x: np.diag(x[0], 2)),
    "meshgrid": (lambda x: _meshed([x[0], x[1:, 1]], "xy"), lambda x: _meshed([x[0], x[1:, 1]], "xy")),
    "meshgrid of ij": (lambda x: _meshed([x[0], x[1:, 1]], "ij"), lambda x: _meshed([x[0], x[1:, 1]], "ij")),
    "gather": (lambda x: F.gather(x, PICKED) ** 2, lambda x: np.take_along_axis(x[:2], PICKED, 1) ** 2),
    "gather along the first": (lambda x: F.gather(x, PICKED[:, :3] % 3, 0),
                               lambda x: np.take_along_axis(x[:, :3], PICKED[:, :3] % 3, 0)),
    "scatter_add": (lambda x: F.scatter_add(x, PICKED[:, :4], x[:2] ** 2),
                    lambda x: _scattered(x, PICKED[:, :4], x[:2] ** 2)),
    "scatter_add along the first": (lambda x: F.scatter_add(x, PICKED[:, :3].T % 3, x[:, 2:], 0),
                                    lambda x: _scattered(x.T, PICKED[:, :3] % 3, x[:, 2:].T).T),
    "take of all": (lambda x: F.take(x, PICKED), lambda x: np.take(x, PICKED)),
    "index_update by itself": (lambda x: F.index_update(x, (0, [1, 3]), x[1, :2] ** 2),
                               lambda x: np.vstack([[x[0, 0], x[1, 0] ** 2, x[0, 2], x[1, 1] ** 2], x[1:]])),
    "digamma": (F.digamma, _digamma),
    "digamma of positive": (lambda x: F.digamma(x * x + 0.1), lambda x: _digamma(x * x + 0.1)),
    "diagonal": (lambda x: F.diagonal(x, 1) ** 2, lambda x: np.diagonal(x, 1) ** 2),
    "diagonal of batches": (lambda x: F.diagonal(F.reshape(x, (2, 3, 2)), 0, -1, 0),
                            lambda x: np.diagonal(x.reshape(2, 3, 2), 0, -1, 0)),
    "trace": (lambda x: F.trace(x, -1) ** 2, lambda x: np.trace(x, -1) ** 2),
    "gelu by tanh": (lambda x: F.gelu(x, approximate=True),
                     lambda x: x / (1 + np.exp(-2 * np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_values_and_derivatives(name):
    f, oracle = CASES[name]
    np.testing.assert_allclose(f(Variable(A)).data, oracle(A), rtol=1e-12)
    weights = RNG.standard_normal(oracle(A).shape)

    def gradient(a):
        x = Variable(a)
        return grad(f(x), x, weights).data

    h = 1e-6
    slope = np.sum(weights * (oracle(A + h * B) - oracle(A - h * B))) / (2 * h)
    assert np.sum(gradient(A) * B) == pytest.approx(slope, rel=1e-6, abs=1e-7)
    assert np.sum(jvp(f, [A], [B])[1].data * weights) == pytest.approx(slope, rel=1e-6, abs=1e-7)
    curve = (gradient(A + h * B) - gradient(A - h * B)) / (2 * h)
    _, forward = jvp(lambda x: grad(f(x), x, weights), [A], [B])
    np.testing.assert_allclose(forward.data, curve, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_a_batch_is_its_examples(name):
    f, oracle = CASES[name]
    weights = np.cos(np.arange(oracle(A).size)).reshape(oracle(A).shape)

    def value_and_gradient(x):
        y = f(x)
        return y, grad(y, x, weights)

    examples = np.stack([A, B, A - B])
    values, gradients = vmap(value_and_gradient)(examples)
    whole = Variable(examples)
    outside = grad(vmap(f)(whole), whole, np.stack([weights] * 3))
    for k, example in enumerate(examples):
        y, gx = value_and_gradient(Variable(example))
        np.testing.assert_allclose(values.data[k], y.data, rtol=1e-12)
        np.testing.assert_allclose(gradients.data[k], gx.data, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(outside.data[k], gx.data, rtol=1e-9, atol=1e-12)


def test_no_public_function_is_forgotten():
    """What is not an op, and so not in `test_every_op`, is called by a test here or beside."""
    texts = "".join(path.read_text() for path in Path(__file__).parent.rglob("test_*.py"))
    assert set(F.__all__) - set(OPS) <= set(re.findall(r"\bF\.(\w+)", texts))


@pytest.mark.parametrize(
    "call",
    [
        lambda: F.squeeze(np.ones((2, 1)), 0), lambda: F.split(np.ones(5), 2), lambda: F.concat([]),
        lambda: F.stack(np.ones(3)), lambda: F.topk(np.ones(3), 4), lambda: F.chunk(np.ones(3), 0),
        lambda: F.expand_dims(np.ones(3), 5), lambda: F.moveaxis(np.ones((2, 3)), 0, 2),
        lambda: F.concat([np.ones(2), np.ones((2, 2))]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(call):
    with pytest.raises(RungError):
        call()


def test_the_gradient_of_a_product_is_right_at_zero():
    x = Variable(np.array([0.0, 2.0, 3.0]))
    F.prod(x).backward()
    np.testing.assert_array_equal(x.grad.data, [6, 0, 0])
    assert F.prod(np.zeros((0, 2)), 0).data.tolist() == [1, 1]


def test_the_gradient_of_a_norm_is_finite_at_zero():
    x = Variable(np.zeros((2, 3)))
    F.sum(F.norm(x, 1)).backward()
    np.testing.assert_array_equal(x.grad.data, 0)


@pytest.mark.parametrize("rule", ["ii->i", "ij,jk->il", "i..j->ij", "ij,jk->iik", "i j-> 1"])
def test_rules_of_einsum_that_are_refused(rule):
    with pytest.raises(RungError, match="einsum: expected letters"):
        F.einsum(rule, np.ones((2, 2)), np.ones((2, 2)))
