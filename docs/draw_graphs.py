"""Draw the pictures of graphs in docs/images: `python docs/draw_graphs.py`."""

from pathlib import Path

import numpy as np

import rung
import rung.functions as F
from rung.utils import plot_dot_graph

IMAGES = Path(__file__).parent / "images"


def draw_derivative():
    """tanh, its derivative, and the derivative of that, in one picture."""
    x = rung.Variable(1.0, name="x")
    with rung.record("tanh and its derivative") as graph:
        y = F.tanh(x)
        y.name = "y"
        y.backward(create_graph=True)
    graph.save(IMAGES / "graph_tanh.svg", fold=False, verbose=False, direction="right")


def draw_goldstein_price():
    """The book's best known picture, in its look."""
    x, y = rung.Variable(1.0, name="x"), rung.Variable(1.0, name="y")
    a = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    b = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    z = a * b
    z.name = "z"
    plot_dot_graph(z, verbose=False, to_file=IMAGES / "graph_goldstein_price.svg")


def draw_training_step():
    """A forward and backward pass through a small network, layer by layer."""
    rung.seed(0)
    model = rung.models.MLP((10, 3))
    x, t = rung.Variable(np.ones((8, 4), np.float32), name="x"), rung.Variable(np.ones((8, 3), np.float32), name="t")
    with rung.record("one step of an MLP") as graph:
        loss = F.mean_squared_error(model(x), t)
        loss.name = "loss"
        loss.backward()
    graph.save(IMAGES / "graph_training_step.svg", direction="right")


def draw_second_derivative():
    """The gradient of a network, which is itself differentiated: both passes, joined."""
    rung.seed(0)
    model = rung.models.MLP((4, 1))
    x = rung.Variable(np.ones((2, 3), np.float32), name="x")
    with rung.record("the slope of a network") as graph:
        y = model(x)
        y.name = "y"
        y.backward(create_graph=True)
        slope = F.sum(x.grad**2)
        slope.name = "slope"
        slope.backward()
    graph.save(IMAGES / "graph_second_derivative.svg", variables="named")


def draw_nan():
    """Where the first NaN came from."""
    x = rung.Variable(np.array([1.0, -1.0]), name="x")
    with np.errstate(all="ignore"), rung.record("where NaN comes from") as graph:
        loss = F.sum(F.log(x) * 2.0)
        loss.name = "loss"
        loss.backward()
    graph.save(IMAGES / "graph_nan.svg", direction="right")


def draw_resnet():
    """152 layers on one screen."""
    model = rung.models.ResNet152()
    model.plot(np.zeros((1, 3, 64, 64), np.float32), to_file=IMAGES / "graph_resnet152.svg")


if __name__ == "__main__":
    draw_derivative()
    draw_goldstein_price()
    draw_training_step()
    draw_second_derivative()
    draw_nan()
    draw_resnet()
