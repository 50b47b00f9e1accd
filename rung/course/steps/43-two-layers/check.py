import warnings

import myrung
import numpy as np
from rung.course.testing import array_of, check_gradient, expect, expect_type


def variable(values, dtype=float):
    return myrung.Variable(np.array(values, dtype))


def test_sigmoid():
    x = variable([-2.0, 0.0, 3.0])
    y = myrung.sigmoid(x)
    expect_type("sigmoid(x)", y, myrung.Variable, look=myrung.sigmoid)
    expect("sigmoid(x) at [-2, 0, 3]", y.data, 1 / (1 + np.exp([2.0, 0.0, -3.0])), look=myrung.sigmoid)


def test_sigmoid_of_large_numbers():
    for value, expected in (1000.0, 1.0), (-1000.0, 0.0), (np.inf, 1.0), (-np.inf, 0.0):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            y = myrung.sigmoid(variable([value]))
            y.backward()
        expect(f"sigmoid(x) at {value}", y.data, [expected], look=myrung.sigmoid)
        expect(f"warnings of NumPy on the way, at {value}", [str(each.message) for each in caught], [],
               look=myrung.sigmoid)  # fmt: skip


def test_sigmoid_backward():
    x = variable([-1.0, 0.0, 2.0])
    (myrung.sigmoid(x) * np.array([1.0, 8.0, 1.0])).backward()
    y = 1 / (1 + np.exp(-x.data))
    expect("the gradient of [1, 8, 1] * sigmoid(x) at [-1, 0, 2]", array_of(x.grad), [1.0, 8.0, 1.0] * y * (1 - y),
           look=myrung.sigmoid)  # fmt: skip


def test_linear():
    x, W, b = variable([[1, 2], [3, 4]]), variable([[1, 0, 2], [0, 1, 1]]), variable([10, 20, 30])
    y = myrung.linear(x, W, b)
    expect_type("linear(x, W, b)", y, myrung.Variable, look=myrung.linear)
    expect("linear(x, W, b)", y.data, [[11.0, 22.0, 34.0], [13.0, 24.0, 40.0]], look=myrung.linear)


def test_linear_without_bias():
    x, W = variable([[1, 2]]), variable([[1], [3]])
    expect("linear([[1, 2]], [[1], [3]])", myrung.linear(x, W).data, [[7.0]], look=myrung.linear)


def test_linear_gradients():
    check_gradient(lambda x, W, b: myrung.linear(x, W, b) ** 2, (4, 3), (3, 2), (2,), what="linear(x, W, b) ** 2",
                   look=myrung.linear)  # fmt: skip


def test_sigmoid_gradients():
    check_gradient(myrung.sigmoid, what="sigmoid", look=myrung.sigmoid)


def test_twice():
    x, v = variable([-1.0, 0.0, 2.0]), variable([1.0, 2.0, 3.0])
    s = 1 / (1 + np.exp(-x.data))
    expect("hvp of sigmoid: y'' = y (1 - y) (1 - 2 y)", array_of(myrung.hvp(myrung.sigmoid, [x], [v])[0]),
           s * (1 - s) * (1 - 2 * s) * v.data, look=myrung.sigmoid)  # fmt: skip


def test_two_layers_learn():
    x = np.linspace(0, 1, 40).reshape(40, 1)
    t = np.sin(2 * np.pi * x)
    W1, b1 = variable(np.full((1, 10), 15.0)), variable(-15 * np.linspace(0, 1, 10))  # ten soft steps, side by side
    W2, b2 = variable(np.zeros((10, 1))), variable([0.0])
    for _ in range(300):
        hidden = myrung.sigmoid(myrung.linear(variable(x), W1, b1))
        loss = myrung.mean_squared_error(myrung.linear(hidden, W2, b2), t)
        for p in (W1, b1, W2, b2):
            p.cleargrad()
        loss.backward()
        for p in (W1, b1, W2, b2):
            p.data = p.data - 0.15 * array_of(p.grad)
    expect(f"whether the loss falls below 0.1 (a line has 0.2); it is {float(loss.data):.3f}",
           bool(float(loss.data) < 0.1), True, look=myrung.linear)  # fmt: skip


def test_float32_stays():
    x = variable([[1, 2]], np.float32)
    y = myrung.sigmoid(myrung.linear(x, variable([[1], [3]], np.float32), variable([1], np.float32)))
    y.backward()
    expect("the dtype of sigmoid(linear(x, W, b)), all float32", str(y.dtype), "float32", look=myrung.sigmoid)
    expect("the dtype of x.grad", str(array_of(x.grad).dtype), "float32", look=myrung.sigmoid)
