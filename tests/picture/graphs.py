"""Small recordings that tests of the page look at."""

import numpy as np

import rung
import rung.functions as F
from rung import Variable
from rung.models import MLP
from rung.picture import record


def squares():
    """The example of the book's step 16, in which the order of backward matters: y = (x²)² + (x²)², x = 2."""
    with record(title="squares") as graph:
        x = Variable(2.0, name="x")
        a = F.square(x)
        a.name = "a"
        y = F.square(a) + F.square(a)
        y.name = "y"
        y.backward()
    return graph


def mlp(hidden=8, title="an MLP"):
    """One step of a network with three layers."""
    rung.seed(0)
    model = MLP((16, hidden, 3))
    x = Variable(np.random.default_rng(0).standard_normal((12, 5)).astype(np.float32), name="x")
    with record(title=title) as graph:
        loss = F.softmax_cross_entropy(model(x), np.arange(12) % 3)
        loss.name = "loss"
        loss.backward()
    return graph


def training():
    """Three iterations with an optimizer."""
    rung.seed(0)
    model = MLP((4, 3))
    optimizer = rung.optimizers.SGD().setup(model)
    x = Variable(np.ones((2, 5), np.float32), name="x")
    with record(title="three iterations") as graph:
        for _ in range(3):
            loss = F.softmax_cross_entropy(model(x), np.arange(2))
            model.cleargrads()
            loss.backward()
            optimizer.update()
    return graph


def with_nan():
    """A logarithm of a negative number."""
    with record(title="a NaN") as graph, np.errstate(invalid="ignore"):
        F.sum(F.log(Variable(np.array([1.0, -1.0]), name="x")) * 3.0).backward()
    return graph


def with_error():
    """A product of matrices that do not fit."""
    graph = None
    try:
        with record(title="an error") as graph:
            F.matmul(F.exp(Variable(np.ones((2, 3)), name="x")), Variable(np.ones((4, 2)), name="W"))
    except rung.errors.ShapeError:
        return graph
    raise AssertionError("the product should have failed")


HOSTILE = "</script><script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>\"'&<b>\u202e"


def hostile():
    """Names that would be code if the page took them for HTML."""
    with record(title=HOSTILE) as graph:
        x = Variable(np.ones(3), name=HOSTILE)
        y = F.tanh(x)
        y.name = "<svg onload='window.hurt = 1'>"
        F.sum(y).backward()
    return graph


def residual(nodes):
    """A chain of blocks with a skip each, of about so many values and calls."""
    with record(title=f"{nodes} nodes") as graph:
        h = Variable(np.ones(3), name="x")
        for _ in range(nodes // 7):
            h = F.tanh(h) * 0.5 + h
        F.sum(h).backward()
    return graph
