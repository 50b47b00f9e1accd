"""The proof at the top: what variables and functions do is the same in Rung and in the learner's framework.

The package is a parameter of every test. What is left out, and where to read it, is listed in docs/top.md.
"""

import importlib

import numpy as np
import pytest

import rung

TIGHT = {"rtol": 1e-10, "atol": 1e-10}


def floats(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape)


def slope(f, array, step=1e-5):
    """Central differences of the sum of f."""
    found = np.empty_like(array)
    for i in np.ndindex(array.shape):
        moved = [array.copy(), array.copy()]
        moved[0][i] -= step
        moved[1][i] += step
        low, high = (f(x).data.sum() for x in moved)
        found[i] = (high - low) / (2 * step)
    return found


# Variables ---------------------------------------------------------------------------------------------------------


def test_a_box(fw):
    data = floats(2, 3)
    x = fw.Variable(data, name="x")
    assert x.data is data
    assert (x.shape, x.ndim, x.size, x.dtype, len(x)) == ((2, 3), 2, 6, np.float64, 2)
    assert (x.name, x.grad, x.creator, x.generation) == ("x", None, None, 0)
    assert repr(fw.Variable(np.array([1.0, 2.0]))) == "variable([1. 2.])"
    assert fw.as_variable(x) is x
    assert fw.as_array(np.float64(3)).shape == ()


def test_who_made_what(fw):
    x = fw.Variable(np.array(2.0))
    y = x * x + x
    assert y.creator is not None
    assert (x.generation, y.generation) == (0, 2)


def test_a_diamond(fw):
    x = fw.Variable(np.array(2.0))
    a = x**2
    (a**2 + a**2).backward()
    assert x.grad.data == 64.0


def test_a_deep_chain(fw):
    x = fw.Variable(np.array(1.0))
    y = x
    for _ in range(5000):
        y = y + 1.0
    y.backward()
    assert x.grad.data == 1.0


def test_accumulates_and_clears(fw):
    x = fw.Variable(np.array(3.0))
    (x + x).backward()
    (x * 2).backward()
    assert x.grad.data == 4.0
    x.cleargrad()
    assert x.grad is None


def test_no_grad(fw):
    x = fw.Variable(np.array(3.0))
    for nothing in fw.no_grad(), fw.using_config("enable_backprop", False):
        with nothing:
            y = x * x
        assert y.creator is None
    with pytest.raises(KeyError), fw.no_grad():
        raise KeyError
    assert (x * x).creator is not None


def test_middle_gradients(fw):
    for retain in False, True:
        x = fw.Variable(np.array(3.0))
        a = x * x
        (a * a).backward(retain_grad=retain)
        assert (a.grad is not None) == retain


def test_unchain(fw):
    x = fw.Variable(np.array(3.0))
    y = x * x
    y.unchain()
    (y * 2).backward()
    assert x.grad is None
    a = x * 2
    b = a * a
    c = b + 1
    c.unchain_backward()
    assert a.creator is b.creator is None
    (c * 2).backward()
    assert x.grad is None


def test_numbers_do_not_widen(fw):
    x = fw.Variable(np.ones(2, np.float32))
    assert (2.0 * x / 3 + 1 - 0.5 + (1 - x) + 1 / x + x**2).dtype == np.float32


def test_arrays_from_the_left(fw):
    x, a = fw.Variable(floats(2, 2)), floats(2, 2, seed=1)
    for y, wanted in (a + x, a + x.data), (a - x, a - x.data), (a * x, a * x.data), (a @ x, a @ x.data):
        assert isinstance(y, fw.Variable)
        np.testing.assert_allclose(y.data, wanted, **TIGHT)


def test_a_function_of_ones_own(fw):
    class Both(fw.Function):
        def forward(self, a, b):
            return a * b, a + b

        def backward(self, gp, gs):
            a, b = self.inputs
            return gp * b + gs, gp * a + gs

    def f(a, b):
        p, s = Both()(a, b)
        return p * s

    a, b = (fw.Variable(np.array(x)) for x in (2.0, 3.0))
    f(a, b).backward(create_graph=True)
    assert (a.grad.data, b.grad.data) == (21.0, 16.0)  # a² b + a b²
    slope_in_a = a.grad
    a.cleargrad(), b.cleargrad()
    slope_in_a.backward()
    assert (a.grad.data, b.grad.data) == (6.0, 10.0)


def test_higher_derivatives(fw):
    x = fw.Variable(np.array(1.3))
    y = fw.functions.sin(x) * x**3
    found = []
    for _ in range(4):
        y.backward(create_graph=True)
        y = x.grad
        found.append(float(y.data))
        x.cleargrad()
    s, c, v = np.sin(1.3), np.cos(1.3), 1.3
    np.testing.assert_allclose(found[1], -(v**3) * s + 6 * v**2 * c + 6 * v * s, **TIGHT)
    np.testing.assert_allclose(found[3], v**3 * s - 12 * v**2 * c - 36 * v * s + 24 * c, **TIGHT)


# Functions ---------------------------------------------------------------------------------------------------------


def conv(F):
    """Where the functions of pictures are: a learner has a file of their own for them."""
    return F if hasattr(F, "conv2d") else importlib.import_module(F.__name__ + "_conv")


def columns(F, x, *geometry):
    """The windows of pictures with six axes, which a function of Rung's gives where it is asked to."""
    f = conv(F).im2col
    return f(x, *geometry, to_matrix=False) if F is rung.functions else f(x, *geometry)


def overlaid(F, col, shape, *geometry):
    f = conv(F).col2im
    return f(col, shape, *geometry, to_matrix=False) if F is rung.functions else f(col, shape, *geometry)


t = np.array([0, 2, 1, 2])
ONE = {
    "neg": lambda F, x: (-x) ** 3, "numbers": lambda F, x: (2 - x) * 3 / (x + 4) - 1 / (x + 5) + (x - 0.5) ** 2,
    "sin": lambda F, x: F.sin(x), "cos": lambda F, x: F.cos(x), "tanh": lambda F, x: F.tanh(x),
    "exp": lambda F, x: F.exp(x), "log": lambda F, x: F.log(x * x + 1), "sigmoid": lambda F, x: F.sigmoid(3 * x),
    "relu": lambda F, x: F.relu(x) * x, "square": lambda F, x: F.square(x), "division": lambda F, x: x / (x * x + 2),
    "power": lambda F, x: x**3 - x**0, "root": lambda F, x: (x * x + 1) ** 0.5,
    "minus": lambda F, x: (x * x + 1) ** -2,
    "reshape": lambda F, x: F.reshape(x, (2, 6)) ** 2, "reshaped": lambda F, x: x.reshape(3, -1) ** 2,
    "transpose": lambda F, x: F.transpose(x) ** 2 * floats(3, 4), "T": lambda F, x: x.T ** 2 * floats(3, 4),
    "axes": lambda F, x: x.reshape(2, 2, 3).transpose(2, 0, 1) ** 2 * floats(3, 2, 2),
    "mT": lambda F, x: x.reshape(2, 2, 3).mT ** 2 * floats(2, 3, 2),
    "sum": lambda F, x: F.sum(x * x, axis=1) ** 2, "summed": lambda F, x: (x * x).sum(axis=-1) ** 3,
    "sum of all": lambda F, x: F.sum(x) ** 2, "keepdims": lambda F, x: x * F.sum(x, axis=0, keepdims=True),
    "two axes": lambda F, x: F.sum(x.reshape(2, 2, 3) ** 2, axis=(0, 2)) ** 2,
    "broadcast_to": lambda F, x: F.broadcast_to(x, (2, 4, 3)) ** 2, "sum_to": lambda F, x: F.sum_to(x, (1, 3)) ** 2,
    "plus a row": lambda F, x: (x + x[0]) ** 2, "times a column": lambda F, x: (x * x[:, :1]) ** 2,
    "less a row": lambda F, x: (x - x[1]) ** 3, "by a column": lambda F, x: x / (x[:, 1:2] ** 2 + 1),
    "matmul": lambda F, x: F.matmul(x, x.T) ** 2, "@": lambda F, x: (x.T @ x) ** 2,
    "piles": lambda F, x: F.matmul(x.reshape(2, 2, 3), floats(2, 3, 2)) ** 2,
    "one against a pile": lambda F, x: F.matmul(floats(2, 5, 4), x) ** 2,
    "get_item": lambda F, x: F.get_item(x, 1) ** 2, "indices": lambda F, x: x[np.array([0, 2, 2])] ** 2,
    "slices": lambda F, x: x[1:, ::2] * 3 * x[1:, ::2], "pairs": lambda F, x: x[np.arange(4), t] ** 2,
    "softmax": lambda F, x: F.softmax(x * x) * floats(4, 3),
    "softmax of columns": lambda F, x: F.softmax(x, axis=0) * floats(4, 3),
    "log_softmax": lambda F, x: F.log_softmax(2 * x) * floats(4, 3),
    "softmax_cross_entropy": lambda F, x: F.softmax_cross_entropy(x * x, t),
    "mean_squared_error": lambda F, x: F.mean_squared_error(x * x, floats(4, 3)),
    "linear": lambda F, x: F.linear(x, floats(3, 5), floats(5)) ** 2,
    "linear, in W": lambda F, x: F.linear(floats(2, 4), x) ** 2,
    "linear, in b": lambda F, x: F.linear(floats(2, 5), floats(5, 3), x[0]) ** 2,
    "im2col": lambda F, x: columns(F, x.reshape(1, 1, 4, 3), (2, 3), 1, 1) ** 2,
    "col2im": lambda F, x: overlaid(F, x.reshape(1, 1, 2, 2, 3, 1), (1, 1, 4, 2), 2) ** 2,
    "conv2d": lambda F, x: conv(F).conv2d(x.reshape(1, 1, 4, 3), x.reshape(3, 1, 2, 2), None, 1, 1),
    "conv2d in W": lambda F, x: conv(F).conv2d(floats(2, 3, 5, 4), x.reshape(1, 3, 2, 2), None, (2, 1), (0, 1)) ** 2,
    "conv2d in b": lambda F, x: conv(F).conv2d(floats(1, 2, 4, 4), floats(4, 2, 3, 3), x[:, 0]) ** 2,
    "pooling": lambda F, x: conv(F).pooling((x * x).reshape(1, 1, 4, 3), 2, 1, 1) ** 2,
    "pooling, side by side": lambda F, x: conv(F).pooling(x.reshape(1, 3, 2, 2), 2, 2) ** 2,
}  # fmt: skip


@pytest.mark.parametrize("name", ONE)
def test_gradient_and_its_gradient(fw, name):
    F, f, array = fw.functions, ONE[name], floats(4, 3, seed=1) + 0.05
    x = fw.Variable(array.copy())
    y = f(F, x)
    y.backward(create_graph=True)
    first = x.grad
    np.testing.assert_allclose(first.data, slope(lambda a: f(F, fw.Variable(a)), array), rtol=1e-4, atol=1e-6)
    x.cleargrad()
    (first * floats(4, 3, seed=2)).backward()
    second = np.zeros((4, 3)) if x.grad is None else x.grad.data

    def along(a):
        v = fw.Variable(a)
        f(F, v).backward()
        return v.grad * floats(4, 3, seed=2)

    np.testing.assert_allclose(second, slope(along, array), rtol=1e-3, atol=1e-5)


def three(fw, f):
    """What a function gives, its gradient, and the gradient of that along a direction."""
    x = fw.Variable(floats(4, 3, seed=1))
    y = f(fw.functions, x)
    y.backward(create_graph=True)
    first = x.grad
    x.cleargrad()
    (first * floats(4, 3, seed=2)).backward()
    return y.data, first.data, np.zeros((4, 3)) if x.grad is None else x.grad.data


@pytest.mark.parametrize("name", ONE)
def test_both_say_the_same(climbed, name):
    for a, b in zip(three(rung, ONE[name]), three(climbed, ONE[name]), strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, **TIGHT)


def test_accuracy(fw):
    y = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    assert abs(float(fw.functions.accuracy(y, np.array([1, 1, 1])).data) - 2 / 3) < 1e-12


def test_great_numbers(fw):
    F, x = fw.functions, fw.Variable(np.array([[1000.0, 0.0], [-1000.0, 0.0]]))
    np.testing.assert_allclose(F.softmax(x).data, [[1, 0], [0, 1]], **TIGHT)
    np.testing.assert_allclose(F.softmax_cross_entropy(x, np.array([1, 1])).data, 500, **TIGHT)
    np.testing.assert_allclose(F.sigmoid(x).data, [[1, 0.5], [0, 0.5]], **TIGHT)


def test_dropout(fw):
    x = fw.Variable(np.ones((200, 200)))
    y = fw.functions.dropout(x, 0.25)
    y.backward()
    assert abs((y.data == 0).mean() - 0.25) < 0.02
    assert abs(y.data.max() - 4 / 3) < 1e-12
    np.testing.assert_allclose(x.grad.data, y.data, **TIGHT)
    with fw.test_mode():
        assert np.array_equal(fw.functions.dropout(x, 0.25).data, x.data)


def test_layer_norm_and_attention_of_the_last_steps(ladder):
    last, found = ladder(62), []
    arrays = [floats(2, 4, 6, seed=i) for i in range(3)] + [floats(6, seed=3), floats(6, seed=4)]
    for fw, attention in (rung, rung.functions.scaled_dot_product_attention), (last, last.functions.attention):
        q, k, v, gamma, beta = inputs = [fw.Variable(a) for a in arrays]
        y = attention(fw.functions.layer_norm(q, gamma, beta), k, v, causal=True) + attention(q, k, v)
        (y * y).backward()
        found.append([y.data, *(x.grad.data for x in inputs)])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, **TIGHT)


# Random programs ---------------------------------------------------------------------------------------------------


def pile(x):
    """A matrix as one picture of one colour."""
    return x.reshape(1, 1, 3, 3)


TWO = {
    "add": lambda F, a, b: a + b, "mul": lambda F, a, b: a * b, "sub": lambda F, a, b: a - b,
    "neg": lambda F, a, b: -a,
    "div": lambda F, a, b: a / (b * b + 1), "sin": lambda F, a, b: F.sin(a), "cos": lambda F, a, b: F.cos(a) * b,
    "tanh": lambda F, a, b: F.tanh(a), "sigmoid": lambda F, a, b: F.sigmoid(a), "exp": lambda F, a, b: F.exp(-a * a),
    "log": lambda F, a, b: F.log(a * a + 1), "root": lambda F, a, b: (a * a + 1) ** 0.5,
    "relu": lambda F, a, b: F.relu(a),
    "square": lambda F, a, b: F.square(F.tanh(a)), "number": lambda F, a, b: 0.5 * a - 1 / (2 + b * b),
    "sum": lambda F, a, b: b * F.sum(F.tanh(a), axis=0, keepdims=True),
    "summed": lambda F, a, b: b + F.tanh(a).sum(axis=1), "spread": lambda F, a, b: F.broadcast_to(a[1:2], (3, 3)) * b,
    "sum_to": lambda F, a, b: b - F.sum_to(F.sin(a), (1, 3)),
    "matmul": lambda F, a, b: F.tanh(F.matmul(a, b)), "linear": lambda F, a, b: F.sin(F.linear(a, b, a[0])),
    "turn": lambda F, a, b: F.transpose(a).reshape(3, 3),
    "shape": lambda F, a, b: F.reshape(a, (9,))[::-1].reshape(3, 3),
    "pick": lambda F, a, b: a[np.array([2, 0, 2])], "slice": lambda F, a, b: a * b[:, 1:2],
    "softmax": lambda F, a, b: F.softmax(a) + b, "log_softmax": lambda F, a, b: F.tanh(F.log_softmax(a)),
    "loss": lambda F, a, b: a + F.softmax_cross_entropy(F.tanh(b), np.array([0, 2, 1])),
    "error": lambda F, a, b: b * F.tanh(F.mean_squared_error(F.tanh(a), F.tanh(b))),
    "conv2d": lambda F, a, b: F.tanh(conv(F).conv2d(pile(a), pile(b), None, 1, 1)).reshape(3, 3),
    "pooling": lambda F, a, b: conv(F).pooling(pile(F.sin(a)), 3, 1, 1).reshape(3, 3) * b,
}  # fmt: skip


def program(rng):
    """A random program: what is done to which of the values so far."""
    names = list(TWO)
    return [(names[rng.integers(len(names))], *rng.integers(0, 10**6, 2)) for _ in range(12)]


def run(fw, steps, arrays):
    """The values of a program, the gradients of what went in, and the gradients of the sum of their squares."""
    F, inputs = fw.functions, [fw.Variable(a.copy()) for a in arrays]
    values = list(inputs)
    for name, i, j in steps:
        values.append(TWO[name](F, values[i % len(values)], values[j % len(values)]))
    total = F.sum(sum(values[1:], values[0]))
    total.backward(create_graph=True)
    grads = [x.grad for x in inputs]
    for x in inputs:
        x.cleargrad()
    F.sum(sum((g * g for g in grads[1:]), grads[0] * grads[0])).backward()
    second = [np.zeros_like(x.data) if x.grad is None else x.grad.data for x in inputs]
    return [*(v.data for v in values), *(g.data for g in grads), *second]


@pytest.mark.parametrize("seed", range(120))
def test_random_programs(climbed, seed):
    rng = np.random.default_rng(seed)
    steps, arrays = program(rng), [rng.uniform(-1, 1, (3, 3)) for _ in range(3)]
    for a, b in zip(run(rung, steps, arrays), run(climbed, steps, arrays), strict=True):
        scale = max(1.0, np.abs(a).max())  # twelve steps, and their second derivatives, can become great
        np.testing.assert_allclose(a / scale, b / scale, **TIGHT)


def test_random_programs_use_every_function():
    used = {name for seed in range(120) for name, *_ in program(np.random.default_rng(seed))}
    assert used == set(TWO)
