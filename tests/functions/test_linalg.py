"""Linear algebra: compositions against NumPy and PyTorch, decompositions by what they promise, and the edges."""

import numpy as np
import pytest

import rung.functions as F
from rung import Variable
from rung.errors import DTypeError, RungError, ShapeError, ValueRangeError
from rung.transform import grad, jvp, vmap

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.standard_normal(shape)


def _lstsq(a, b):
    """NumPy's, which knows no batches."""
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    b = np.broadcast_to(b, (*lead, *b.shape[-2:])) if b.ndim > 1 else np.broadcast_to(b, (*lead, *b.shape))
    a = np.broadcast_to(a, (*lead, *a.shape[-2:]))
    y = [np.linalg.lstsq(a[at], b[at], rcond=None)[0] for at in np.ndindex(*lead)]
    return np.reshape(y, (*lead, *y[0].shape))


def _torch_lstsq(t, a, b):
    return t.linalg.pinv(a) @ b


# Rung's function, NumPy's, PyTorch's (which is handed the module first), and the inputs.
CASES = {
    "dot of vectors": (F.dot, np.dot, lambda t, a, b: t.dot(a, b), normal(3), normal(3)),
    "dot of matrices": (F.dot, np.dot, lambda t, a, b: a @ b, normal(2, 3), normal(3, 4)),
    "dot with a vector": (F.dot, np.dot, lambda t, a, b: a @ b, normal(2, 4, 3), normal(3)),
    "dot of many axes": (
        F.dot, np.dot, lambda t, a, b: t.tensordot(a, b, ([-1], [-2])), normal(5, 3), normal(2, 3, 4),
    ),
    "dot with a number": (F.dot, np.dot, lambda t, a, b: a * b, normal(), normal(2, 3)),
    "vdot": (F.vdot, np.vdot, lambda t, a, b: t.dot(a.flatten(), b.flatten()), normal(2, 3), normal(6)),
    "outer": (F.outer, np.outer, lambda t, a, b: t.outer(a.flatten(), b.flatten()), normal(2, 2), normal(3)),
    "tensordot": (F.tensordot, np.tensordot, lambda t, a, b: t.tensordot(a, b), normal(2, 3, 4), normal(3, 4, 2)),
    "tensordot of none": (
        lambda a, b: F.tensordot(a, b, 0), lambda a, b: np.tensordot(a, b, 0),
        lambda t, a, b: t.tensordot(a, b, 0), normal(2), normal(3, 2),
    ),
    "tensordot of axes": (
        lambda a, b: F.tensordot(a, b, ((0, -1), (2, 0))), lambda a, b: np.tensordot(a, b, ((0, -1), (2, 0))),
        lambda t, a, b: t.tensordot(a, b, ((0, -1), (2, 0))), normal(2, 5, 4), normal(4, 3, 2),
    ),
    "kron": (F.kron, np.kron, lambda t, a, b: t.kron(a, b), normal(2, 3), normal(4, 2)),
    "kron of few and many axes": (F.kron, np.kron, lambda t, a, b: t.kron(a, b), normal(3), normal(2, 1, 2)),
    "trace": (F.trace, np.trace, lambda t, x: t.trace(x), normal(3, 4)),
    "trace of others": (
        lambda x: F.trace(x, 1, 2, 0), lambda x: np.trace(x, 1, 2, 0),
        lambda t, x: t.diagonal(x, 1, 2, 0).sum(-1), normal(4, 2, 3),
    ),
    "bilinear": (
        F.bilinear, lambda x, y, W, b: np.einsum("...i,kij,...j->...k", x, W, y) + b,
        lambda t, *xs: t.nn.functional.bilinear(*xs), normal(5, 2), normal(5, 3), normal(4, 2, 3), normal(4),
    ),
    "bilinear without b": (
        F.bilinear, lambda x, y, W: np.einsum("...i,kij,...j->...k", x, W, y),
        lambda t, *xs: t.nn.functional.bilinear(*xs), normal(2, 2, 2), normal(2, 2, 3), normal(1, 2, 3),
    ),
    "solve for a vector": (F.solve, np.linalg.solve, lambda t, a, b: t.linalg.solve(a, b), normal(3, 3), normal(3)),
    "solve many for a vector": (
        F.solve, np.linalg.solve, lambda t, a, b: t.linalg.solve(a, b[:, None])[..., 0], normal(2, 3, 3), normal(3),
    ),
    "tall lstsq": (F.lstsq, _lstsq, _torch_lstsq, normal(5, 3), normal(5, 2)),
    "wide lstsq": (F.lstsq, _lstsq, _torch_lstsq, normal(3, 5), normal(3, 2)),
    "square lstsq": (F.lstsq, _lstsq, _torch_lstsq, normal(3, 3), normal(3)),
    "lstsq of batches": (F.lstsq, _lstsq, _torch_lstsq, normal(2, 1, 4, 2), normal(3, 4, 1)),
    "lstsq for one vector": (F.lstsq, _lstsq, _torch_lstsq, normal(2, 2, 4), normal(2)),
    "wide q": (lambda x: F.qr(x)[0], lambda x: np.linalg.qr(x)[0], None, normal(2, 2, 4)),
    "wide r": (lambda x: F.qr(x)[1], lambda x: np.linalg.qr(x)[1], None, normal(2, 2, 4)),
}  # fmt: skip


def _up_to_second(f, xs, weights, directions):
    """The value, the gradients, and their derivatives along directions."""
    variables = [Variable(x.copy()) for x in xs]
    y = f(*variables)
    first = grad(y, variables, weights, create_graph=True)
    if not any(g.differentiable for g in first):  # f is linear
        return y, first, [Variable(np.zeros(x.shape)) for x in xs]
    return y, first, grad(first, variables, directions)


@pytest.mark.parametrize("name", CASES)
def test_values_and_derivatives(name):
    f, oracle, _, *xs = CASES[name]
    expected = oracle(*xs)
    weights, directions = normal(*np.shape(expected)), [normal(*x.shape) for x in xs]
    y, first, second = _up_to_second(f, xs, weights, directions)
    np.testing.assert_allclose(y.data, expected, rtol=1e-10, atol=1e-12)

    h = 1e-6
    ahead, behind = ([x + s * d for x, d in zip(xs, directions, strict=True)] for s in (h, -h))
    slope = (oracle(*ahead) - oracle(*behind)) / (2 * h)
    along = sum(np.sum(g.data * d) for g, d in zip(first, directions, strict=True))
    assert along == pytest.approx(np.sum(weights * slope), rel=1e-5, abs=1e-6)
    np.testing.assert_allclose(jvp(f, xs, directions)[1].data, slope, rtol=1e-5, atol=1e-6)
    for s, a, b in zip(
        second, *[_up_to_second(f, at, weights, directions)[1] for at in (ahead, behind)], strict=True
    ):
        np.testing.assert_allclose(s.data, (a.data - b.data) / (2 * h), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", [name for name, (_, _, peer, *_) in CASES.items() if peer])
def test_derivatives_agree_with_pytorch(name):
    torch = pytest.importorskip("torch")
    f, oracle, peer, *xs = CASES[name]
    weights, directions = normal(*np.shape(oracle(*xs))), [normal(*x.shape) for x in xs]
    _, first, second = _up_to_second(f, xs, weights, directions)
    ts = [torch.tensor(x, requires_grad=True) for x in xs]
    gs = torch.autograd.grad((torch.tensor(weights) * peer(torch, *ts)).sum(), ts, create_graph=True)
    along = sum((torch.tensor(d) * g).sum() for d, g in zip(directions, gs, strict=True))
    hs = torch.autograd.grad(along, ts, allow_unused=True) if along.requires_grad else [None] * len(ts)
    for g, e in zip(first, gs, strict=True):
        np.testing.assert_allclose(g.data, e.detach().numpy(), rtol=1e-8, atol=1e-8)
    for h, e in zip(second, hs, strict=True):
        np.testing.assert_allclose(h.data, 0 if e is None else e.numpy(), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", ["wide r", "wide lstsq", "trace", "kron", "dot of many axes", "bilinear"])
def test_vmap_is_a_loop(name):
    f, _, _, *xs = CASES[name]
    batches = [np.stack([x, x + 0.1 * normal(*x.shape)]) for x in xs]
    together = vmap(f)(*batches).data
    for i in range(2):
        np.testing.assert_allclose(together[i], f(*[batch[i] for batch in batches]).data, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("offset", [-5, -2, -1, 0, 1, 3, 4, 7])
@pytest.mark.parametrize(("axis1", "axis2"), [(0, 1), (1, 0), (-1, 0), (1, 2)])
def test_diagonals(offset, axis1, axis2):
    x = normal(4, 3, 5)
    if -x.shape[axis1] <= offset <= x.shape[axis2]:  # NumPy refuses none, but gives odd shapes beyond
        expected = np.diagonal(x, offset, axis1, axis2)
        np.testing.assert_array_equal(F.diagonal(x, offset, axis1, axis2).data, expected)
    np.testing.assert_allclose(F.trace(x, offset, axis1, axis2).data, np.trace(x, offset, axis1, axis2))


def test_a_diagonal_looks_into_the_matrix():
    x = normal(3, 4)
    assert np.shares_memory(F.diagonal(x, -1).data, x)


# Decompositions: what they promise ----------------------------------------------------------------------------------

SHAPES = [(3, 3), (4, 2), (2, 4), (2, 3, 5, 4), (1, 1), (0, 3, 2)]


def _assert_orthonormal_columns(q):
    np.testing.assert_allclose(q.mT @ q, np.broadcast_to(np.eye(q.shape[-1]), (*q.shape[:-2], *[q.shape[-1]] * 2)),
                               atol=1e-12)  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_svd_puts_together_what_it_took_apart(shape):
    x = normal(*shape)
    u, s, vh = (part.data for part in F.svd(x))
    np.testing.assert_allclose(u * s[..., None, :] @ vh, x, atol=1e-12)
    assert (s >= 0).all()
    assert (np.diff(s) <= 0).all()
    _assert_orthonormal_columns(u)
    _assert_orthonormal_columns(vh.mT)


@pytest.mark.parametrize("shape", SHAPES)
def test_qr_puts_together_what_it_took_apart(shape):
    x = normal(*shape)
    q, r = (part.data for part in F.qr(x))
    np.testing.assert_allclose(q @ r, x, atol=1e-12)
    np.testing.assert_array_equal(np.tril(r, -1), 0)
    _assert_orthonormal_columns(q)


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 4, 4), (1, 1), (0, 2, 2)])
def test_eigh_and_cholesky_put_together_what_they_took_apart(shape):
    x = normal(*shape)
    w, v = (part.data for part in F.eigh(x))
    np.testing.assert_allclose(v * w[..., None, :] @ v.mT, (x + x.mT) / 2, atol=1e-12)
    assert (np.diff(w) >= 0).all()
    _assert_orthonormal_columns(v)
    positive = x @ x.mT + np.eye(shape[-1])
    factor = F.cholesky(positive).data
    np.testing.assert_allclose(factor @ factor.mT, positive, atol=1e-12)
    np.testing.assert_array_equal(np.triu(factor, 1), 0)


# Decompositions: functions that do not depend on signs or bases, computed in another way ---------------------------


def _exp_by_eigh(x):
    w, v = F.eigh(x)
    return F.matmul(v * F.exp(F.expand_dims(w, -2)), F.swapaxes(v, -1, -2))


def _exp_by_powers(x):
    x = (x + F.swapaxes(x, -1, -2)) / 2
    total = term = np.eye(3) + x * 0
    for k in range(1, 40):
        term = F.matmul(term, x) / k
        total = total + term
    return total


def _projection(q):
    return F.matmul(q, F.swapaxes(q, -1, -2))


def _projection_by_solving(x):
    xt = F.swapaxes(x, -1, -2)
    return F.matmul(x, F.solve(F.matmul(xt, x), xt))


PAIRS = {
    "exp of a matrix": (_exp_by_eigh, _exp_by_powers, normal(2, 3, 3)),
    "projection by svd": (lambda x: _projection(F.svd(x)[0]), _projection_by_solving, normal(2, 4, 2)),
    "projection by svd of wide": (
        lambda x: _projection(F.swapaxes(F.svd(x)[2], -1, -2)),
        lambda x: _projection_by_solving(F.swapaxes(x, -1, -2)), normal(2, 4),
    ),
    "projection by qr": (lambda x: _projection(F.qr(x)[0]), _projection_by_solving, normal(4, 2)),
    "squares of singular values": (lambda x: F.sum(F.svd(x)[1] ** 2), lambda x: F.sum(x * x), normal(2, 3, 4)),
    "what svd takes apart": (
        lambda x: F.matmul(F.svd(x)[0] * F.expand_dims(F.svd(x)[1], -2), F.svd(x)[2]),
        lambda x: x * 1.0, normal(3, 2),
    ),
    "logarithm of the determinant": (
        lambda x: F.slogdet(x)[1], lambda x: F.log(F.absolute(F.det(x))), normal(2, 3, 3)),
    "determinant by cholesky": (
        lambda x: 2 * F.sum(F.log(F.diagonal(F.cholesky(_projection(x)), 0, -2, -1)), -1),
        lambda x: F.slogdet(_projection(x))[1], normal(2, 3, 3),
    ),
    "inverse by solving": (F.inv, lambda x: F.solve(x, np.eye(3)), normal(2, 3, 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_two_ways_have_the_same_derivatives(name):
    one, other, x = PAIRS[name]
    weights, directions = normal(*other(x).shape), [normal(*x.shape)]
    for a, b in zip(_up_to_second(one, [x], weights, directions), _up_to_second(other, [x], weights, directions),
                    strict=True):  # fmt: skip
        a, b = (part[0] if isinstance(part, list) else part for part in (a, b))
        np.testing.assert_allclose(a.data, b.data, rtol=1e-7, atol=1e-8)
    tangents = [jvp(f, [x], directions)[1].data for f in (one, other)]
    np.testing.assert_allclose(*tangents, rtol=1e-8, atol=1e-9)


# The edges ----------------------------------------------------------------------------------------------------------

VALUES = {
    "eigh": lambda x: F.sum(F.exp(F.eigh(x)[0])),
    "svd": lambda x: F.sum(F.exp(F.svd(x)[1])),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_gradient_through_the_values_alone_is_right_where_they_are_equal(name):
    f, direction = VALUES[name], normal(3, 3)
    x = Variable(2 * np.eye(3))
    np.testing.assert_allclose(grad(f(x), x).data, np.exp(2) * np.eye(3), atol=1e-12)
    _, tangent = jvp(f, [x.data], [direction])
    assert tangent.item() == pytest.approx(np.exp(2) * np.trace(direction))


@pytest.mark.parametrize("vectors", [lambda x: F.eigh(x)[1], lambda x: F.svd(x)[0], lambda x: F.svd(x)[2]])
def test_a_gradient_through_the_vectors_is_nan_where_values_are_equal(vectors):
    x = Variable(np.diag([1.0, 2.0, 2.0]))
    assert np.isnan(grad(F.sum(vectors(x) ** 3), x).data).any()


def test_a_zero_among_the_singular_values():
    square, tall = Variable(np.diag([2.0, 0.0])), Variable(np.diag([2.0, 0.0, 1.0])[:, :2])
    assert np.isfinite(grad(F.sum(F.svd(square)[0] ** 3), square).data).all()
    assert np.isnan(grad(F.sum(F.svd(tall)[0] ** 3), tall).data).any()
    assert np.isfinite(grad(F.sum(F.svd(tall)[1]), tall).data).all()


def test_the_gradient_of_a_determinant_is_right_for_singular_matrices():
    x = normal(4, 4)
    x[3] = x[0] - 2 * x[1]
    v, direction, h = Variable(x), normal(4, 4), 1e-5
    gradient = grad(F.det(v), v, create_graph=True)
    slope = (np.linalg.det(x + h * direction) - np.linalg.det(x - h * direction)) / (2 * h)
    assert np.sum(gradient.data * direction) == pytest.approx(slope, rel=1e-6)
    zeros = Variable(np.zeros((3, 3)))
    np.testing.assert_array_equal(grad(F.det(zeros), zeros).data, 0)
    with pytest.raises(ValueRangeError, match="inv: every matrix must be invertible"):
        grad(grad(F.det(zeros), zeros, create_graph=True), zeros)


def test_slogdet_does_not_overflow():
    sign, y = F.slogdet(np.diag([-10.0, *[10.0] * 399]))
    assert (sign.item(), y.item()) == (-1, pytest.approx(400 * np.log(10)))
    sign, y = F.slogdet(np.zeros((2, 2)))
    assert (sign.item(), y.item()) == (0, -np.inf)


def test_the_derivative_of_qr_needs_independent_columns():
    x = Variable(np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]]))
    with pytest.raises(ValueRangeError, match="every matrix must be invertible"):
        grad(F.sum(F.qr(x)[1]), x)


def test_lstsq_is_as_exact_as_the_matrix_allows():
    """The normal equations would lose all digits here."""
    a = np.vander(np.linspace(0, 1, 20), 12)
    truth = normal(12)
    np.testing.assert_allclose(F.lstsq(a, a @ truth).data, truth, rtol=1e-4)
    assert abs(np.linalg.solve(a.T @ a, a.T @ (a @ truth)) / truth - 1).max() > 1e-3


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: F.inv(np.ones((2, 2))),
            ValueRangeError,
            r"inv: .* invertible, .* x = float64 \(2, 2\); add a small",
        ),
        (lambda: F.solve(np.zeros((2, 2)), np.ones(2)), ValueRangeError, "solve: every matrix must be invertible"),
        (lambda: F.cholesky(-np.eye(2)), ValueRangeError, "cholesky: every matrix must be positive definite"),
        (lambda: F.svd(np.full((2, 2), np.nan)), ValueRangeError, "svd: every element must be finite"),
        (lambda: F.lstsq(np.ones((3, 2)), np.ones(3)), ValueRangeError, "lstsq: the columns .* independent"),
        (lambda: F.lstsq(np.ones((2, 3)), np.ones(2)), ValueRangeError, "lstsq: .*rows, if they are fewer"),
        (lambda: F.lstsq(np.ones((3, 2)), np.ones(2)), ShapeError, r"lstsq: b must have .* b = float64 \(2,\)"),
        (lambda: F.solve(np.eye(3), np.ones(2)), ShapeError, r"solve: b must have .* b = float64 \(2,\)"),
        (lambda: F.solve(np.eye(3), 2.0), ShapeError, "solve: b must have"),
        (lambda: F.qr(np.ones(3)), ShapeError, "qr: there must be at least two axes"),
        (lambda: F.tensordot(np.eye(2), np.eye(3), 1), ShapeError, r"tensordot: the axes \(1,\) of a"),
        (lambda: F.tensordot(np.eye(2), np.eye(2), 3), ShapeError, "tensordot: both must have the 3 axes"),
        (lambda: F.tensordot(np.eye(2), np.eye(2), ((0, 0), (0, 1))), ShapeError, "tensordot: .* different"),
        (lambda: F.tensordot([1.0], np.ones(1), 1), DTypeError, "tensordot: .* list"),
        (lambda: F.dot(np.ones(2), np.ones((3, 2))), ShapeError, "dot: the last axis of a"),
        (lambda: F.vdot(np.ones(2), np.ones(3)), ShapeError, "vdot: both must have the same size"),
        (lambda: F.trace(np.ones(3)), ShapeError, "trace: axis 1"),
        (lambda: F.diagonal(np.eye(3), 0, 0, -2), ShapeError, "diagonal: .* different"),
        (lambda: F.bilinear(np.ones((2, 3)), np.ones((1, 3)), np.ones((1, 3, 3))), ShapeError, "bilinear: x1 and x2"),
        (lambda: F.bilinear(np.ones(3), np.ones(3), np.ones((1, 3, 2))), ShapeError, "bilinear: W"),
        (lambda: F.bilinear(np.ones(3), np.ones(3), np.ones((1, 3, 3)), np.ones(2)), ShapeError, "bilinear: b"),
    ],
)
def test_what_does_not_fit_is_refused(call, error, text):
    with pytest.raises(error, match=text) as refusal:
        call()
    assert isinstance(refusal.value, RungError)
