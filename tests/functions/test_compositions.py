"""Functions that are made of ops: their values against NumPy, their derivatives in every mode against differences."""

import numpy as np
import pytest

import rung.functions as F
from rung import Variable
from rung.errors import RungError
from rung.transform import grad, jvp

RNG = np.random.default_rng(0)
A, B = RNG.standard_normal((3, 4)), RNG.standard_normal((3, 4))

HOLES = np.where(np.arange(12).reshape(3, 4) % 5 == 0, 0.0, 1.0)

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
