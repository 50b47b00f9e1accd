"""Normalisations: what they do to running statistics, at the edges, in every mode and under every transform."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung import Variable
from rung.errors import DTypeError, GraphError, MutationError, RungError, ShapeError, ValueRangeError
from rung.layers import Buffer
from rung.transform import checkpoint, grad, hvp, jvp, vmap

RNG = np.random.default_rng(0)
GAMMA, BETA = RNG.standard_normal(3), RNG.standard_normal(3)
W = np.cos(np.arange(24.0)).reshape(4, 3, 2)
X, D = RNG.standard_normal((2, 4, 3, 2))


def statistics():
    return np.linspace(-1, 1, 3), np.linspace(0.5, 2, 3)


def weighed(f):
    """A number of x, in which every element of the result has a say of its own."""
    return lambda x: F.sum((f(x) * W.reshape(f(x).shape)) ** 2)


def by_batch(x):
    return F.batch_norm(x, GAMMA, BETA)


def by_running(x):
    with rung.test_mode():
        return F.batch_norm(x, GAMMA, BETA, *statistics())


FUNCTIONS = {
    "batch_norm": by_batch,
    "batch_norm in test mode": by_running,
    "batch_norm that updates": lambda x: F.batch_norm(x, GAMMA, BETA, *statistics()),
    "layer_norm": lambda x: F.layer_norm(x, GAMMA[:2], BETA[:2]),
    "layer_norm over two axes": lambda x: F.layer_norm(x, np.outer(GAMMA, BETA[:2]), axis=(1, 2)),
    "layer_norm over the first axis": lambda x: F.layer_norm(x, np.arange(4.0), np.arange(4.0), axis=0),
    "rms_norm": lambda x: F.rms_norm(x, GAMMA, axis=1),
    "group_norm": lambda x: F.group_norm(x, 1, GAMMA, BETA),
    "group_norm of each channel": lambda x: F.group_norm(x, 3, None, BETA),
    "instance_norm": lambda x: F.instance_norm(x, GAMMA, BETA, eps=0.1),
    "local_response_norm": lambda x: F.local_response_norm(x, 2, 0.7, 0.6, 0.5),
    "weight_norm": lambda x: F.weight_norm(x, GAMMA, axis=1),
    "spectral_norm in test mode": lambda x: spectral(x),
}


def spectral(x):
    with rung.test_mode():
        return F.spectral_norm(x, GAMMA, D.reshape(-1)[:8], axis=1)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_first_second_and_third_derivatives_are_those_of_differences(name):
    f, h = weighed(FUNCTIONS[name]), 1e-5

    def slope(x):
        return F.sum(grad(f(x), x, create_graph=True) * D)

    def curve(x):
        return F.sum(grad(slope(x), x, create_graph=True) * D)

    for value, derivative in ((f, slope), (slope, curve)):
        expected = (value(Variable(X + h * D)).item() - value(Variable(X - h * D)).item()) / (2 * h)
        assert derivative(Variable(X)).item() == pytest.approx(expected, rel=1e-6, abs=1e-6)
    third = (curve(Variable(X + h * D)).item() - curve(Variable(X - h * D)).item()) / (2 * h)
    x = Variable(X)
    assert F.sum(grad(curve(x), x) * D).item() == pytest.approx(third, rel=1e-5, abs=1e-4)
    assert jvp(f, [X], [D])[1].item() == pytest.approx(slope(Variable(X)).item(), rel=1e-9, abs=1e-12)
    assert np.sum(hvp(f, X, D).data * D) == pytest.approx(curve(Variable(X)).item(), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - {"batch_norm that updates"}))
def test_a_batch_is_its_examples(name):
    f = weighed(FUNCTIONS[name])
    examples = np.stack([X, D, X - D])
    together = vmap(lambda x: grad(f(x), x))(examples)
    for k, example in enumerate(examples):
        x = Variable(example)
        np.testing.assert_allclose(together.data[k], grad(f(x), x).data, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("name", [name for name in FUNCTIONS if "spectral" not in name])
def test_precision_is_kept_and_enough(name, dtype, monkeypatch):
    """In half precision too, with values whose squares are beyond its range."""
    big = (X * (500 if dtype == "float16" and "weight" not in name else 1)).astype(dtype)
    exact = FUNCTIONS[name](big.astype(np.float64)).data
    for constant in ("GAMMA", "BETA"):
        monkeypatch.setitem(globals(), constant, globals()[constant].astype(dtype))
    if name not in ("layer_norm over two axes", "layer_norm over the first axis"):
        y = FUNCTIONS[name](Variable(big))
        assert y.dtype == dtype
        np.testing.assert_allclose(y.data, exact, rtol=5e-3 if dtype == "float16" else 1e-5, atol=2e-3)


@pytest.mark.parametrize("offset", [1e4, -3e5])
@pytest.mark.parametrize("axes", [(0,), (1,), (0, 2, 3)])
def test_a_large_offset_costs_no_precision(axes, offset):
    """The mean of the squares less the square of the mean would be noise here."""
    shape = (8, 5, 16, 16) if len(axes) == 3 else (600, 400)
    x = (offset + RNG.standard_normal(shape)).astype(np.float32)
    exact = x.astype(np.float64)
    exact -= exact.mean(axes, keepdims=True)
    exact /= np.sqrt((exact**2).mean(axes, keepdims=True) + 1e-5)
    y = F.layer_norm(x, eps=1e-5) if axes == (1,) else F.batch_norm(x, None, None, eps=1e-5)
    assert y.dtype == np.float32
    np.testing.assert_allclose(y.data, exact, atol=2e-5)


def test_an_outlier_in_the_first_place_costs_no_precision_either():
    x = RNG.standard_normal((1000, 1)).astype(np.float32)
    x[0] = 1e7
    exact = x.astype(np.float64)
    exact = (exact - exact.mean()) / exact.std()
    np.testing.assert_allclose(F.batch_norm(x, None, None, eps=0.0).data, exact, rtol=1e-5, atol=1e-5)


# Running statistics -------------------------------------------------------------------------------------------------


def test_running_statistics_follow_by_the_rule_in_place_for_arrays_and_buffers():
    for wrap in (lambda a: a, Buffer, Variable):
        mean, var = map(wrap, statistics())
        arrays = [getattr(s, "_data", s) for s in (mean, var)]
        x = Variable(X)
        F.batch_norm(x, GAMMA, BETA, mean, var, decay=0.8)
        m, v = X.mean((0, 2)), X.var((0, 2), ddof=1)
        for array, before, now in zip(arrays, statistics(), (m, v), strict=True):
            np.testing.assert_allclose(array, 0.8 * before + 0.2 * now, rtol=1e-12)
        assert all(not isinstance(s, Variable) or s._data is a for s, a in zip((mean, var), arrays, strict=True))


def test_running_statistics_follow_without_recording_but_not_in_test_mode():
    mean, var = statistics()
    with rung.test_mode():
        F.batch_norm(X, GAMMA, BETA, mean, var)
    np.testing.assert_array_equal(mean, statistics()[0])
    with rung.no_grad():
        F.batch_norm(X, GAMMA, BETA, mean, var)
    assert (mean != statistics()[0]).all()


def test_test_mode_goes_by_the_running_statistics():
    mean, var = statistics()
    with rung.test_mode():
        y = F.batch_norm(X, GAMMA, BETA, mean, var, eps=0.1)
    expected = (X - mean[:, None]) / np.sqrt(var + 0.1)[:, None] * GAMMA[:, None] + BETA[:, None]
    np.testing.assert_allclose(y.data, expected, rtol=1e-12)


def test_in_test_mode_the_running_statistics_have_derivatives_if_they_are_variables():
    mean, var = map(Variable, statistics())
    with rung.test_mode():
        F.sum(F.batch_norm(X, GAMMA, BETA, mean, var, eps=0.0) * W).backward()
    g = (W * GAMMA[:, None]).sum((0, 2))
    np.testing.assert_allclose(mean.grad.data, -g / np.sqrt(var.data), rtol=1e-10)


def test_a_step_in_training_disturbs_no_graph_of_test_mode():
    """The graph of the first call reads nothing of what the second one moves."""
    mean, var = map(Buffer, statistics())
    gamma, x = Variable(GAMMA), Variable(X)
    with rung.test_mode():
        loss = F.sum(F.batch_norm(x, gamma, BETA, mean, var) ** 2)
        expected = grad(loss, [x, gamma], retain_graph=True)
    F.batch_norm(X, gamma, BETA, mean, var)
    for g, e in zip(grad(loss, [x, gamma]), expected, strict=True):
        np.testing.assert_array_equal(g.data, e.data)


def test_checkpoints_move_running_statistics_once():
    for nested in (False, True):
        mean, var, once_mean, once_var = *statistics(), *statistics()

        def block(x, mean=mean, var=var, nested=nested):
            if nested:
                return checkpoint(lambda x: F.batch_norm(x * 2, GAMMA, BETA, mean, var), x)
            return F.batch_norm(x * 2, GAMMA, BETA, mean, var)

        x = Variable(X)
        F.sum(checkpoint(block, x) * W).backward()
        plain = Variable(X)
        F.sum(F.batch_norm(plain * 2, GAMMA, BETA, once_mean, once_var) * W).backward()
        np.testing.assert_array_equal(mean, once_mean)
        np.testing.assert_array_equal(var, once_var)
        np.testing.assert_allclose(x.grad.data, plain.grad.data, rtol=1e-12)


def test_a_checkpoint_in_test_mode_notices_when_running_statistics_have_moved():
    mean, var = map(Buffer, statistics())
    x = Variable(X)
    with rung.test_mode():
        loss = F.sum(checkpoint(lambda x: F.batch_norm(x * 2, GAMMA, BETA, mean, var), x))
    F.batch_norm(X, GAMMA, BETA, mean, var)
    with pytest.raises(MutationError):
        loss.backward()


def test_vmap_refuses_to_move_running_statistics_and_leaves_them_alone():
    mean, var = statistics()
    with pytest.raises(GraphError, match="batch_norm: inside vmap each example would move the running statistics"):
        vmap(lambda x: F.batch_norm(x, GAMMA, BETA, mean, var))(np.stack([X, D]))
    np.testing.assert_array_equal(mean, statistics()[0])


def test_vmap_over_parameters_alone_moves_them_once():
    mean, var = statistics()
    y = vmap(lambda gamma: F.batch_norm(X, gamma, BETA, mean, var))(np.stack([GAMMA, 2 * GAMMA]))
    once = statistics()
    np.testing.assert_allclose(y.data[0], F.batch_norm(X, GAMMA, BETA, *once).data, rtol=1e-12)
    np.testing.assert_array_equal(mean, once[0])


# Edges --------------------------------------------------------------------------------------------------------------


def test_empty_batches_are_empty_and_move_nothing():
    mean, var = statistics()
    x = Variable(np.zeros((0, 3, 2)))
    gamma = Variable(GAMMA)
    y = F.batch_norm(x, gamma, BETA, mean, var)
    F.sum(y).backward()
    assert y.shape == x.grad.shape == (0, 3, 2)
    np.testing.assert_array_equal(gamma.grad.data, 0)
    np.testing.assert_array_equal(mean, statistics()[0])
    for f in (F.layer_norm, F.instance_norm, F.rms_norm, lambda x: F.group_norm(x, 3)):
        assert f(x).shape == (0, 3, 2)


def test_a_constant_channel_has_finite_derivatives():
    x = Variable(np.full((4, 3), 7.0))
    y = F.batch_norm(x, GAMMA, BETA)
    F.sum(y * RNG.standard_normal((4, 3))).backward()
    np.testing.assert_array_equal(y.data, np.broadcast_to(BETA, (4, 3)))
    assert np.isfinite(x.grad.data).all()


def test_one_value_for_each_channel_is_refused_in_training_alone():
    mean, var = statistics()
    with pytest.raises(ShapeError, match=r"batch_norm: in training each channel must have more.*\(1, 3\).*test mode"):
        F.batch_norm(X[:1, :, 0], GAMMA, BETA, mean, var)
    np.testing.assert_array_equal(mean, statistics()[0])
    with rung.test_mode():
        assert F.batch_norm(X[:1, :, 0], GAMMA, BETA, mean, var).shape == (1, 3)
    with pytest.raises(ShapeError, match="instance_norm: each channel must have more than one value"):
        F.instance_norm(X[:, :, :1])
    with pytest.raises(ShapeError, match="group_norm: each group must have more than one value"):
        F.group_norm(X[:, :, 0], 3)


def test_nothing_moves_when_a_call_is_refused():
    mean, var = statistics()
    with pytest.raises(ShapeError):
        F.batch_norm(X, GAMMA[:2], BETA, mean, var)
    np.testing.assert_array_equal(mean, statistics()[0])


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: F.batch_norm(X, np.ones(5), BETA), ShapeError,
         r"batch_norm: gamma must have one element for each channel, the second axis of x.*x = float64 \(4, 3, 2\).*"
         r"gamma = float64 \(5,\)"),
        (lambda: F.batch_norm(X, GAMMA, np.ones(2)), ShapeError, "batch_norm: beta must have one element"),
        (lambda: F.batch_norm(X, GAMMA, BETA, np.ones(4), np.ones(4)), ShapeError, r"batch_norm: mean must .*\(4,\)"),
        (lambda: F.batch_norm(X, GAMMA, BETA, np.ones(3)), DTypeError, "batch_norm: expected var to be an array"),
        (lambda: F.batch_norm(X, GAMMA, BETA, np.ones(3, int), np.ones(3)), DTypeError, "mean must be an array"),
        (lambda: F.batch_norm(X[0, 0], GAMMA, BETA), ShapeError, r"batch_norm: expected x of shape \(N, C, ...\)"),
        (lambda: F.batch_norm(X, GAMMA, BETA, eps=-1.0), ValueRangeError, "batch_norm: expected eps to be a number"),
        (lambda: F.batch_norm(X, GAMMA, BETA, *statistics(), decay=2), ValueRangeError, "expected decay from 0 to 1"),
        (lambda: F.layer_norm(X, GAMMA), ShapeError, "layer_norm: gamma must have one element for"),
        (lambda: F.layer_norm(X, axis=3), ShapeError, "layer_norm: axis 3"),
        (lambda: F.group_norm(X, 2), ShapeError, "group_norm: the channels, the second axis of x, must fall into 2"),
        (lambda: F.group_norm(X, 0), ValueRangeError, "group_norm: expected groups"),
        (lambda: F.instance_norm(X[0]), ShapeError, r"instance_norm: expected x of shape \(N, C, \*sizes\)"),
        (lambda: F.local_response_norm(X, 0), ValueRangeError, "local_response_norm: expected size"),
        (lambda: F.weight_norm(X, np.ones(3)), ShapeError, "weight_norm: g must have one element for each"),
        (lambda: F.spectral_norm(X, np.ones(3), np.ones(6)), ShapeError, "spectral_norm: u must have the size of"),
        (lambda: F.spectral_norm(X, [1.0], np.ones(6)), DTypeError, "spectral_norm: expected u and v to be arrays"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(call, error, text):
    with pytest.raises(error, match=text) as caught:
        call()
    assert isinstance(caught.value, RungError)


def test_integers_are_normalised_as_floats():
    x = np.array([[1, 2], [3, 6]])
    np.testing.assert_allclose(F.layer_norm(x, eps=0.0).data, [[-1, 1], [-1, 1]])
    np.testing.assert_allclose(F.local_response_norm(x, 1, 1.0, 1.0).data, x / (1.0 + x * x))


def test_integers_among_the_parameters_do_not_widen():
    assert F.batch_norm(X.astype(np.float32), np.ones(3, int), None).dtype == np.float32


# What is saved ------------------------------------------------------------------------------------------------------


def test_a_batch_norm_saves_its_standardised_values_and_a_few_numbers():
    x = Variable(RNG.standard_normal((16, 8, 10)))
    y = F.batch_norm(x, Variable(np.ones(8)), Variable(np.zeros(8)))
    saved, stack, seen = {}, [y.creator], set()
    while stack:
        node = stack.pop()
        if node is not None and node not in seen:
            seen.add(node)
            saved |= {id(a): a.size for a in node.saved if hasattr(a, "size")}
            stack.extend(edge.creator for edge in node.edges)
    assert sum(saved.values()) < x.size + 4 * 8


# Weights ------------------------------------------------------------------------------------------------------------


def test_spectral_norm_converges_to_the_largest_singular_value():
    W = RNG.standard_normal((6, 2, 4))
    u, v = RNG.standard_normal(6), RNG.standard_normal(8)
    for _ in range(300):
        y = F.spectral_norm(W, u, v)
    s = np.linalg.svd(W.reshape(6, 8), compute_uv=False)
    np.testing.assert_allclose(y.data, W / s[0], rtol=1e-8)
    with rung.test_mode():
        before = u.copy(), v.copy()
        F.spectral_norm(W, u, v)
        np.testing.assert_array_equal((u, v)[0], before[0])


def test_two_calls_of_spectral_norm_before_a_backward_do_not_disturb_each_other():
    W, u, v = Variable(X[:, :, 0]), Buffer(np.ones(4) / 2), Buffer(np.ones(3))
    twin = u._data.copy(), v._data.copy()
    first = F.sum(F.spectral_norm(W, u, v))
    F.spectral_norm(W, u, v)
    alone = Variable(X[:, :, 0])
    expected = grad(F.sum(F.spectral_norm(alone, *twin)), alone)
    np.testing.assert_allclose(grad(first, W).data, expected.data, rtol=1e-12)


def test_a_checkpoint_moves_singular_vectors_once_and_computes_with_the_same():
    W, u, v = Variable(X[:, :, 0]), Buffer(np.ones(4) / 2), Buffer(np.ones(3))
    twin = u._data.copy(), v._data.copy()
    loss = F.sum(checkpoint(lambda W: F.spectral_norm(W, u, v) ** 3, W))
    alone = Variable(X[:, :, 0])
    expected = grad(F.sum(F.spectral_norm(alone, *twin) ** 3), alone)
    np.testing.assert_allclose(grad(loss, W).data, expected.data, rtol=1e-12)
    np.testing.assert_array_equal(u.data, twin[0])
    loss = F.sum(checkpoint(lambda W: F.spectral_norm(W, u, v) ** 3, W))
    F.spectral_norm(W, u, v)
    with pytest.raises(MutationError):
        loss.backward()


def test_spectral_norm_inside_vmap_is_refused_in_training():
    u, v = np.ones(4), np.ones(6)
    with pytest.raises(GraphError, match="spectral_norm: inside vmap"):
        vmap(lambda W: F.spectral_norm(W, u, v))(np.stack([X, D]))


def test_a_direction_of_zeros_is_a_weight_of_zeros():
    v = Variable(np.zeros((2, 3)))
    W = F.weight_norm(v, np.ones(2))
    F.sum(W).backward()
    assert (W.data == 0).all()
    assert np.isfinite(v.grad.data).all()
