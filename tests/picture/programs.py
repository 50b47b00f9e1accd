"""Small programs, and the graphs of them that the tests of pictures draw."""

import contextlib

import numpy as np

import rung
import rung.functions as F
import rung.layers as L
from rung.picture import graph_of, record


def goldstein_price():
    """The function of the book's step 26, and its graph: the best known picture of it."""
    x, y = rung.Variable(1.0, name="x"), rung.Variable(1.0, name="y")
    a = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    b = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    z = a * b
    z.name = "z"
    return graph_of(z)


def derivative_of_tanh(order):
    """The book's step 35: the graph of the n-th derivative of tanh."""
    x = rung.Variable(1.0, name="x")
    F.tanh(x).backward(create_graph=True)
    for _ in range(order - 1):
        gx = x.grad
        x.cleargrad()
        gx.backward(create_graph=True)
    x.grad.name = f"gx{order}"
    return graph_of(x.grad)


def training_step():
    rung.seed(0)
    model = rung.models.MLP((10, 3))
    optimizer = rung.optimizers.SGD(0.1).setup(model)
    x = rung.Variable(np.linspace(-1, 1, 32, dtype=np.float32).reshape(8, 4), name="x")
    with record("one step of an MLP") as graph:
        loss = F.mean_squared_error(model(x), np.ones((8, 3), np.float32))
        loss.name = "loss"
        loss.backward()
        optimizer.update()
    return graph


def attention():
    layer = L.MultiHeadAttention(4)
    with record("attention") as graph:
        layer(rung.Variable(np.ones((2, 5, 16), np.float32), name="x"))
    return graph


def recurrence():
    layer = L.LSTM(8)
    with record("an LSTM") as graph:
        for _ in range(10):
            layer(np.ones((2, 4), np.float32))
    return graph


def where_nan_comes_from():
    x = rung.Variable(np.array([1.0, -1.0]), name="x")
    with np.errstate(all="ignore"), record() as graph:
        F.sum(F.log(x) * 2.0).backward()
    return graph


def where_infinity_comes_from():
    x = rung.Variable(np.array([1.0, 0.0]), name="x")
    with np.errstate(all="ignore"), record() as graph:
        F.sum(1.0 / x).backward()
    return graph


def a_gradient_that_is_nan():
    x = rung.Variable(np.array([1.0, 0.0]), name="x")
    with np.errstate(all="ignore"), record() as graph:
        F.sum(F.sqrt(x) * 0.0).backward()
    return graph


class WithoutDerivative(rung.Function):
    """A function whose derivative fails."""

    def forward(self, x):
        return x * 1

    def backward(self, gy):
        raise ValueError("there is no derivative")


def failure_in_backward():
    with contextlib.suppress(ValueError), record() as graph:
        F.sum(WithoutDerivative()(rung.Variable(np.ones(3), name="x"))).backward()
    return graph


def failure():
    with record() as graph, contextlib.suppress(rung.errors.ShapeError):
        F.matmul(rung.Variable(np.ones((2, 3))), rung.Variable(np.ones((2, 3)), name="w"))
    return graph


def several_outputs():
    parts = rung.Variable(np.ones((12, 2)), name="x").split(12)
    return graph_of(parts[0] * parts[10])


def second_derivative_of_a_model():
    model = rung.models.MLP((4, 1))
    x = rung.Variable(np.ones((2, 3), np.float32), name="x")
    with record() as graph:
        F.sum(model(x)).backward(create_graph=True)
        F.sum(x.grad**2).backward()
    return graph


def names():
    x = rung.Variable(np.ones((2, 3)), name="a name as long as somebody might give it in a program of many lines")
    y = x * rung.Variable(np.ones(3), name="入力の変数")
    y.name = "<b>&\0\n名前</b>"
    return graph_of(y)


def leaf():
    return graph_of(rung.Variable(1.0, name="x"))


PROGRAMS = {
    "Goldstein-Price": goldstein_price,
    "derivative of tanh": lambda: derivative_of_tanh(4),
    "training step": training_step,
    "attention": attention,
    "recurrence": recurrence,
    "NaN": where_nan_comes_from,
    "infinity": where_infinity_comes_from,
    "a gradient that is NaN": a_gradient_that_is_nan,
    "failure": failure,
    "failure in backward": failure_in_backward,
    "several outputs": several_outputs,
    "second derivative": second_derivative_of_a_model,
    "names": names,
    "leaf": leaf,
}
