import importlib
import shutil
import subprocess

import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_same, expect_type

Parameter, Layer = myrung.Parameter, myrung.layers.Layer


class Straight(Layer):
    def forward(self, x):
        return x


def models():
    try:
        return importlib.import_module("myrung.models")
    except ModuleNotFoundError as error:
        if not str(error.name).endswith(".models"):
            raise  # it is there, and what it imports is not
        raise Unmet("import myrung.models", "a file models.py in the package", "none") from None


def parameter(value=1.0):
    return Parameter(np.array([value]))


def expect_params(what, layer, wanted):
    """The parameters of a layer are these very objects, said by their names."""
    known = {id(param): name for name, param in wanted.items()}
    came = [known.get(id(param), "a stranger") for param in layer.params()]
    expect(what, came, list(wanted), look=Layer.params)


def test_layer_in_a_layer():
    net, l1, l2 = Straight(), myrung.layers.Linear(4), myrung.layers.Linear(3)
    net.l1, net.l2 = l1, l2
    expect_params(
        "net.params() of a net of two Linear", net, {"l1.W": l1.W, "l1.b": l1.b, "l2.W": l2.W, "l2.b": l2.b}
    )


def test_attribute_is_there():
    net, l1, p = Straight(), Straight(), parameter()
    net.l1, net.p, net.size = l1, p, 3
    expect_same("net.l1 after net.l1 = l1", net.l1, l1, look=Layer.__setattr__)
    expect_same("net.p after net.p = p", net.p, p, look=Layer.__setattr__)
    expect("net.size after net.size = 3", net.size, 3, look=Layer.__setattr__)


def test_any_depth():
    top, middle, bottom = Straight(), Straight(), Straight()
    top.middle, middle.bottom = middle, bottom
    bottom.late = late = parameter()  # comes when the three hang together already
    expect_params("the parameters of a layer in a layer in a layer", top, {"late": late})


def test_in_order():
    net, inner = Straight(), Straight()
    first, second, third = parameter(1), parameter(2), parameter(3)
    net.z = first
    inner.p = second
    net.m = inner
    net.a = third
    expect_params("the parameters of a net with z, then m (a layer), then a", net,
                  {"z": first, "m.p": second, "a": third})  # fmt: skip


def test_shared_comes_once():
    net, shared = Straight(), myrung.layers.Linear(2)
    net.way_in = net.way_out = shared
    net.again = shared.b
    expect_params("the parameters of a net that has one Linear in two places", net, {"W": shared.W, "b": shared.b})


def test_replaced_is_gone():
    net, old, new = Straight(), Straight(), Straight()
    old.p, new.p = parameter(1), parameter(2)
    net.l1 = old
    net.l1 = new
    expect_params("the parameters after net.l1 = another layer", net, {"new.p": new.p})
    net.l1 = None
    expect_params("the parameters after net.l1 = None", net, {})


def test_cleargrads_reaches_all():
    net, inner = Straight(), Straight()
    net.inner, inner.p = inner, parameter()
    (inner.p * 3.0).backward()
    net.cleargrads()
    expect_same("the gradient of a parameter in an inner layer, after net.cleargrads()", inner.p.grad, None,
                look=Layer.cleargrads)  # fmt: skip


def test_model_is_a_layer():
    expect_same("myrung.Model", getattr(myrung, "Model", None), models().Model, look=models().Model)
    expect("whether a Model is a Layer", issubclass(models().Model, Layer), True, look=models().Model)
    expect_type("MLP((3, 1))", models().MLP((3, 1)), models().Model, look=models().MLP)


def test_mlp_params():
    net = models().MLP((4, 3, 2))
    net(np.ones((5, 6), np.float32))
    came = [str(param.shape) for param in net.params()]
    expect("the shapes of the parameters of MLP((4, 3, 2)), after a call on (5, 6)", came,
           ["(6, 4)", "(4,)", "(4, 3)", "(3,)", "(3, 2)", "(2,)"], look=models().MLP)  # fmt: skip


def computed(net, x, bend):
    """What a net of Linear layers should give."""
    params = [param.data for param in net.params()]
    pairs = list(zip(params[::2], params[1::2], strict=True))
    for W, b in pairs[:-1]:
        x = bend(x @ W + b)
    return x @ pairs[-1][0] + pairs[-1][1]


def shaken(net, x):
    """A net whose biases are not zero."""
    net(x)
    for number, param in enumerate(net.params()):
        param.data = param.data + np.float32(0.1 * number + 0.1)
    return net


def test_mlp_computes():
    x = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
    net = shaken(models().MLP((4, 3, 2)), x)
    expect("MLP((4, 3, 2))(x), with a sigmoid between its layers and none at the end", net(x).data,
           computed(net, x, lambda v: 1 / (1 + np.exp(-v))), look=models().MLP, tolerance=1e-4)  # fmt: skip
    net = shaken(models().MLP((2,)), x)
    expect("MLP((2,))(x), a single layer", net(x).data, computed(net, x, None), look=models().MLP, tolerance=1e-4)


def test_mlp_with_another_bend():
    x = np.random.default_rng(1).standard_normal((5, 3)).astype(np.float32)
    net = shaken(models().MLP((4, 4, 2), activation=myrung.tanh), x)
    expect("MLP((4, 4, 2), activation=tanh)(x)", net(x).data, computed(net, x, np.tanh), look=models().MLP,
           tolerance=1e-4)  # fmt: skip


def test_plot(monkeypatch):
    drawn = []
    monkeypatch.setattr(shutil, "which", lambda *args, **options: "dot")
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: drawn.append((args, options)))
    models().MLP((3, 1)).plot(np.ones((2, 2), np.float32), to_file="net.svg")
    said = str(drawn)
    expect("how often the program dot is called by plot", len(drawn), 1, look=models().Model.plot)
    expect("whether the graph that plot draws has a MatMul and a Sigmoid", "MatMul" in said and "Sigmoid" in said,
           True, look=models().Model.plot)  # fmt: skip
    expect("whether plot writes to_file", "net.svg" in said, True, look=models().Model.plot)


def test_learns():
    myrung.seed(0)
    x = np.linspace(0, 1, 20, dtype=np.float32)[:, None]
    net, losses = models().MLP((8, 1)), []
    for _ in range(200):
        loss = myrung.mean_squared_error(net(x), x * x)
        net.cleargrads()
        loss.backward()
        for param in net.params():
            param.data = param.data - 0.2 * param.grad.data
        losses.append(float(loss.data))
    if not losses[-1] < losses[0] / 10:
        raise Unmet("the loss of MLP((8, 1)) on a parabola, after 200 steps", f"less than {losses[0] / 10:.4f}",
                    f"{losses[-1]:.4f}", look=models().MLP)  # fmt: skip
