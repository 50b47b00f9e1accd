"""Recurrent networks over whole sequences and single steps: padding, directions, errors."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung import Variable
from rung.errors import DTypeError, ShapeError, ValueRangeError
from rung.transform import grad, vmap

BLOCKS = {"rnn": 1, "lstm": 4, "gru": 3}
WHOLE = {"rnn": F.rnn, "lstm": F.lstm, "gru": F.gru}
STEP = {"rnn": F.rnn_cell, "lstm": F.lstm_cell, "gru": F.gru_cell}


def _arrays(kind, rng, n=4, steps=5, size=2, hidden=3):
    """x, W_x, W_h, b (of a GRU b_h too), h (of an LSTM c too)."""
    k = BLOCKS[kind] * hidden
    shapes = [(n, steps, size), (size, k), (hidden, k), (k,), *[(hidden,)] * (kind == "gru"), (n, hidden)]
    return [rng.standard_normal(s) for s in shapes + [(n, hidden)] * (kind == "lstm")]


def _run(kind, *arrays, **options):
    """The outputs, and all last states in a tuple."""
    ys, last = WHOLE[kind](*arrays, **options)
    return ys, (last if isinstance(last, tuple) else (last,))


def _cell(kind, x, weights, states):
    states = STEP[kind](x, *states, *weights)
    return states if isinstance(states, tuple) else (states,)


def _parts(kind, arrays):
    """x, the weights, and the states."""
    return arrays[0], arrays[1 : 4 + (kind == "gru")], arrays[4 + (kind == "gru") :]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("kind", BLOCKS)
def test_step_by_step_is_the_whole_sequence_with_its_gradients(kind, rng):
    arrays = [Variable(a) for a in _arrays(kind, rng)]
    x, weights, states = _parts(kind, arrays)
    seed = rng.standard_normal((4, 5, 3))
    ys, last = _run(kind, *arrays)
    whole = grad([ys, *last], arrays, [seed, *[np.ones((4, 3))] * len(last)])
    outputs = []
    for t in range(5):
        states = _cell(kind, x[:, t], weights, states)
        outputs.append(states[0])
    stepwise = F.stack(outputs, 1)
    np.testing.assert_allclose(stepwise.data, ys.data, atol=1e-12)
    for a, b in zip(states, last, strict=True):
        np.testing.assert_allclose(a.data, b.data, atol=1e-12)
    steps = grad([stepwise, *states], arrays, [seed, *[np.ones((4, 3))] * len(last)])
    for a, b in zip(whole, steps, strict=True):
        np.testing.assert_allclose(a.data, b.data, atol=1e-12)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kind", BLOCKS)
def test_padding_changes_nothing_and_gets_no_gradient(kind, reverse, rng):
    arrays, lengths = _arrays(kind, rng), [5, 1, 3, 2]
    for k, length in enumerate(lengths):
        arrays[0][k, length:] = np.nan
    variables = [Variable(a) for a in arrays]
    ys, last = _run(kind, *variables, lengths=lengths, reverse=reverse)
    found = grad([ys, *last], variables, [np.ones(y.shape) for y in (ys, *last)])
    totals = [np.zeros(a.shape) for a in arrays]
    first_state = 4 + (kind == "gru")
    for k, length in enumerate(lengths):
        alone = [Variable(a[k : k + 1, :length] if i == 0 else a[k : k + 1] if i >= first_state else a)
                 for i, a in enumerate(arrays)]  # fmt: skip
        y, ends = _run(kind, *alone, reverse=reverse)
        np.testing.assert_allclose(ys.data[k, :length], y.data[0], atol=1e-12)
        assert not ys.data[k, length:].any()
        for a, b in zip(last, ends, strict=True):
            np.testing.assert_allclose(a.data[k], b.data[0], atol=1e-12)
        gradients = grad([y, *ends], alone, [np.ones(v.shape) for v in (y, *ends)])
        for i, g in enumerate(gradients):
            place = (k, slice(length)) if i == 0 else k if i >= first_state else ...
            totals[i][place] += g.data[0] if i == 0 or i >= first_state else g.data
    for g, total in zip(found, totals, strict=True):
        np.testing.assert_allclose(g.data, total, atol=1e-12)


@pytest.mark.parametrize("kind", BLOCKS)
def test_reverse_is_the_sequence_read_from_its_end(kind, rng):
    x, *others = _arrays(kind, rng)
    ys, last = _run(kind, x, *others, reverse=True)
    mirrored, ends = _run(kind, x[:, ::-1], *others)
    np.testing.assert_array_equal(ys.data, mirrored.data[:, ::-1])
    np.testing.assert_array_equal(last[0].data, ends[0].data)


@pytest.mark.parametrize("kind", BLOCKS)
def test_what_is_left_out_is_zeros(kind, rng):
    x, (W_x, W_h, *biases), states = _parts(kind, _arrays(kind, rng))
    ys, _ = _run(kind, x, W_x, W_h)
    zeros, _ = _run(kind, x, W_x, W_h, *[b * 0 for b in biases], *[s * 0 for s in states])
    np.testing.assert_array_equal(ys.data, zeros.data)


@pytest.mark.parametrize("kind", BLOCKS)
def test_float32_stays_and_extreme_gates_are_silent(kind, rng):
    arrays = [Variable((a * 1e3).astype(np.float32)) for a in _arrays(kind, rng)]
    ys, _ = _run(kind, *arrays, lengths=np.array([5, 4, 3, 1]))
    assert ys.dtype == np.float32
    ys.sum().backward()
    assert all(v.grad.dtype == np.float32 for v in arrays)
    if kind != "rnn":
        assert np.isfinite(ys.data).all()


def test_a_rectified_network_is_told_by_its_activation(rng):
    x, W_x, W_h, b, h = _arrays("rnn", rng)
    ys, _ = F.rnn(x, W_x, W_h, b, h, activation="relu")
    np.testing.assert_allclose(ys.data[:, 0], np.maximum(x[:, 0] @ W_x + b + h @ W_h, 0), atol=1e-12)
    with pytest.raises(ValueRangeError, match=r"^rnn_cell: .*'tanh' or 'relu'.*'sigmoid'"):
        F.rnn_cell(x[:, 0], h, W_x, W_h, b, activation="sigmoid")


@pytest.mark.parametrize("kind", BLOCKS)
def test_what_does_not_fit_is_said_in_the_name_of_the_function(kind, rng):
    x, *others = _arrays(kind, rng)
    f = WHOLE[kind]
    with pytest.raises(ShapeError, match=rf"^{kind}: x must be \(N, time, in\)"):
        f(x[0], *others)
    with pytest.raises(ShapeError, match=rf"^{kind}: x must have at least one step"):
        f(x[:, :0], *others)
    with pytest.raises(ShapeError, match=rf"^{kind}: W_x must be"):
        f(x[..., :1], *others)
    with pytest.raises(ShapeError, match=rf"^{kind}: every state must be"):
        f(x[:2], *others)
    with pytest.raises(ValueRangeError, match=rf"^{kind}: lengths must be from 1 to the 5 steps.*from 0 to 6"):
        f(x, *others, lengths=[0, 6, 1, 1])
    with pytest.raises(DTypeError, match=rf"^{kind}: lengths must be integers"):
        f(x, *others, lengths=[1.0, 2.0, 1.0, 1.0])
    with pytest.raises(ShapeError, match=rf"^{kind}: lengths must have one length for each row"):
        f(x, *others, lengths=[1, 2])


@pytest.mark.parametrize("kind", BLOCKS)
def test_derivatives_of_the_third_order_agree_with_differences(kind, rng):
    arrays = _arrays(kind, rng, n=1, steps=2, size=1, hidden=2)
    directions = [rng.standard_normal(a.shape) for a in arrays]

    def along(s, order):
        """The derivative of this order of a sum of outputs along the line, at s."""
        s = Variable(s)
        y = F.sin(_run(kind, *[a + s * d for a, d in zip(arrays, directions, strict=True)])[0]).sum()
        for _ in range(order):
            y = grad(y, s, create_graph=True)
        return y.data

    slope = (along(1e-5, 2) - along(-1e-5, 2)) / 2e-5
    assert along(0.0, 3) == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_only_wanted_gradients_are_computed(rng):
    x, W_x, W_h, b, h, c = _arrays("lstm", rng)
    W_h = Variable(W_h)
    F.lstm(x, W_x, W_h, b, h, c)[0].sum().backward()
    assert W_h.grad.shape == (3, 12)
    with rung.no_grad():
        assert F.lstm(x, W_x, W_h)[0].creator is None


@pytest.mark.parametrize("kind", BLOCKS)
def test_gradients_of_each_example_come_from_one_call(kind, rng):
    x, W_x, *others = _arrays(kind, rng, n=2)
    xs, W_x = np.stack([x, 2 * x, -x]), Variable(W_x)

    def gradient(x):
        ys, _ = _run(kind, x, W_x, *others, lengths=[5, 3], reverse=True)
        return grad(ys.sum(), W_x)

    together = vmap(gradient)(xs)
    for whole, x in zip(together.data, xs, strict=True):
        np.testing.assert_allclose(whole, gradient(x).data, atol=1e-10)
