import importlib

import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_raises, expect_same


class Holder(myrung.layers.Layer):
    """A layer that holds parameters and computes nothing."""

    def __init__(self, *params):
        super().__init__()
        for number, param in enumerate(params):
            setattr(self, f"p{number}", param)


def optimizers():
    try:
        return importlib.import_module("myrung.optimizers")
    except ModuleNotFoundError as error:
        if not str(error.name).endswith(".optimizers"):
            raise  # it is there, and what it imports is not
        raise Unmet("import myrung.optimizers", "a file optimizers.py in the package", "none") from None


def parameter(value, gradient=None, dtype=np.float64):
    param = myrung.Parameter(np.array(value, dtype))
    param.grad = None if gradient is None else myrung.Variable(np.array(gradient, dtype))
    return param


def walked(optimizer, gradients, start=0.0):
    """Where a parameter is after each of some updates, one for each gradient."""
    param = parameter(start)
    optimizer.setup(Holder(param))
    places = []
    for gradient in gradients:
        param.grad = myrung.Variable(np.array(gradient))
        optimizer.update()
        places.append(float(param.data))
    return np.array(places)


def test_setup_gives_itself():
    optimizer = optimizers().SGD(0.1)
    target = Holder()
    expect_same("SGD(0.1).target, before setup", optimizer.target, None, look=optimizers().Optimizer)
    expect_same("SGD(0.1).setup(model)", optimizer.setup(target), optimizer, look=optimizers().Optimizer.setup)
    expect_same("optimizer.target", optimizer.target, target, look=optimizers().Optimizer.setup)


def test_sgd_step():
    param = parameter([1.0, 2.0], [10.0, -20.0])
    optimizers().SGD(0.1).setup(Holder(param)).update()
    expect("a parameter [1, 2] with the gradient [10, -20], after a step of SGD(0.1)", param.data,
           np.array([0.0, 4.0]), look=optimizers().SGD.update_one)  # fmt: skip
    came = walked(optimizers().SGD(), [1.0, 1.0])
    expect("where SGD() goes from 0, with a gradient of 1, twice", came, np.array([-0.01, -0.02]),
           look=optimizers().SGD)  # fmt: skip


def test_every_parameter():
    a, b, inner = parameter(1.0, 1.0), parameter(2.0, 1.0), parameter(3.0, 1.0)
    net = Holder(a, b)
    net.inner = Holder(inner)
    optimizers().SGD(1.0).setup(net).update()
    expect("three parameters 1, 2 and 3 with gradients of 1, after SGD(1.0)",
           np.array([float(p.data) for p in (a, b, inner)]), np.array([0.0, 1.0, 2.0]),
           look=optimizers().Optimizer.update)  # fmt: skip


def test_without_gradient_it_stays():
    still, moved = parameter(5.0), parameter(5.0, 1.0)
    optimizers().SGD(1.0).setup(Holder(still, moved)).update()
    expect("a parameter without a gradient, after an update", still.data, 5.0, look=optimizers().Optimizer.update)
    expect("a parameter with one", moved.data, 4.0, look=optimizers().Optimizer.update)


def test_old_array_stays():
    module = optimizers()
    for make in module.SGD, module.MomentumSGD, module.Adam:
        before = np.array([1.0, 2.0])
        param = myrung.Parameter(before)
        param.grad = myrung.Variable(np.array([1.0, 1.0]))
        make().setup(Holder(param)).update()
        expect(f"the array that the parameter held before a step of {make.__name__}", before, np.array([1.0, 2.0]),
               look=make.update_one)  # fmt: skip


def test_hooks():
    a, b, still = parameter(1.0, 1.0), parameter(1.0, 1.0), parameter(1.0)
    calls = []

    def double(params):
        calls.append([("a" if p is a else "b" if p is b else "still") for p in params])
        for p in params:
            p.grad = p.grad * 2.0

    def plus_one(params):
        for p in params:
            p.grad = p.grad + 1.0

    optimizer = optimizers().SGD(1.0).setup(Holder(a, b, still))
    optimizer.add_hook(double)
    optimizer.add_hook(plus_one)
    optimizer.update()
    expect("the parameters that a hook is given", calls, [["a", "b"]], look=optimizers().Optimizer.update)
    expect("1 with a gradient of 1 after SGD(1.0), with hooks that double the gradient and then add 1", a.data, -2.0,
           look=optimizers().Optimizer.update)  # fmt: skip


def test_hook_may_freeze():
    a, b = parameter(1.0, 1.0), parameter(1.0, 1.0)
    optimizer = optimizers().SGD(1.0).setup(Holder(a, b))
    optimizer.add_hook(lambda params: a.cleargrad())
    optimizer.update()
    expect("a parameter whose gradient a hook has taken away, after an update", a.data, 1.0,
           look=optimizers().Optimizer.update)  # fmt: skip
    expect("the other one", b.data, 0.0, look=optimizers().Optimizer.update)


def test_no_update_one():
    param = parameter(1.0, 1.0)
    optimizer = optimizers().Optimizer().setup(Holder(param))
    expect_raises("an update of an Optimizer without update_one", NotImplementedError, optimizer.update,
                  look=optimizers().Optimizer.update_one)  # fmt: skip


def test_one_of_your_own():
    class Signs(optimizers().Optimizer):
        def update_one(self, param):
            param.data = param.data - np.sign(param.grad.data)

    came = walked(Signs(), [7.0, -0.1, 3.0])
    expect("where an optimiser goes that has an update_one with the sign alone", came, np.array([-1.0, 0.0, -1.0]),
           look=optimizers().Optimizer)  # fmt: skip


def test_momentum():
    came = walked(optimizers().MomentumSGD(0.1, 0.5), [1.0, 1.0, 1.0, 0.0])
    expect("where MomentumSGD(0.1, 0.5) goes from 0, with the gradients 1, 1, 1, 0", came,
           np.array([-0.1, -0.25, -0.425, -0.5125]), look=optimizers().MomentumSGD.update_one)  # fmt: skip
    came = walked(optimizers().MomentumSGD(), [1.0, 0.0])
    expect("where MomentumSGD() goes from 0, with the gradients 1 and 0", came, np.array([-0.01, -0.019]),
           look=optimizers().MomentumSGD)  # fmt: skip


def test_each_its_own_velocity():
    a, b = parameter([0.0, 0.0], [1.0, 2.0]), parameter(0.0, -1.0)
    optimizer = optimizers().MomentumSGD(1.0, 0.5).setup(Holder(a, b))
    optimizer.update()
    optimizer.update()
    look = optimizers().MomentumSGD.update_one
    expect("a parameter with the gradient [1, 2], after two steps of MomentumSGD(1, 0.5)", a.data,
           np.array([-2.5, -5.0]), look=look)  # fmt: skip
    expect("another, with the gradient -1", b.data, 2.5, look=look)
    fresh = walked(optimizers().MomentumSGD(1.0, 0.5), [1.0])
    expect("the first step of a new MomentumSGD(1, 0.5)", fresh, np.array([-1.0]), look=look)


def adam(gradients, alpha, beta1, beta2, eps):
    """Where Adam goes, by its formulas as sums over all gradients so far."""
    x, places = 0.0, []
    for t in range(1, len(gradients) + 1):
        ages = np.arange(t)[::-1]
        g = np.array(gradients[:t])
        mean = (beta1**ages * g).sum() / (beta1**ages).sum()
        square = (beta2**ages * g * g).sum() / (beta2**ages).sum()
        x -= alpha * mean / (np.sqrt(square) + eps)
        places.append(x)
    return np.array(places)


def test_adams_first_step():
    for gradient in 1e-3, 1.0, -1000.0:
        came = walked(optimizers().Adam(0.1), [gradient])
        expect(f"the first step of Adam(0.1) from 0, with a gradient of {gradient}", came,
               np.array([-0.1 * np.sign(gradient)]), look=optimizers().Adam.update_one, tolerance=1e-4)  # fmt: skip


def test_adam():
    gradients = [1.0, -0.5, 3.0, 0.0, 2.0]
    came = walked(optimizers().Adam(0.1, 0.8, 0.95, 0.5), gradients)
    expect(f"where Adam(0.1, 0.8, 0.95, 0.5) goes from 0, with the gradients {gradients}", came,
           adam(gradients, 0.1, 0.8, 0.95, 0.5), look=optimizers().Adam.update_one)  # fmt: skip
    came = walked(optimizers().Adam(), [1e-4, 3e-4, -2e-4])
    expect("where Adam() goes from 0, with the gradients 0.0001, 0.0003, -0.0002", came * 1000,
           adam([1e-4, 3e-4, -2e-4], 1.0, 0.9, 0.999, 1e-8), look=optimizers().Adam)  # fmt: skip


def test_adam_counts_for_each():
    early, late = parameter(0.0, 1.0), parameter(0.0)
    optimizer = optimizers().Adam(0.1).setup(Holder(early, late))
    optimizer.update()
    optimizer.update()
    late.grad = myrung.Variable(np.array(5.0))
    optimizer.update()
    expect("the first step of a parameter that gets its first gradient at the third update of Adam(0.1)", late.data,
           -0.1, look=optimizers().Adam.update_one, tolerance=1e-4)  # fmt: skip


def test_float32_stays():
    module = optimizers()
    for make in module.SGD, module.MomentumSGD, module.Adam:
        param = parameter([1.0, 2.0], [1.0, 1.0], np.float32)
        optimizer = make().setup(Holder(param))
        optimizer.update()
        optimizer.update()
        expect(f"the dtype of a parameter in float32 after two steps of {make.__name__}", str(param.data.dtype),
               "float32", look=make.update_one)  # fmt: skip


def test_they_learn():
    module = optimizers()
    expect_same("myrung.optimizers", getattr(myrung, "optimizers", None), module)
    x = np.linspace(-1, 1, 20, dtype=np.float32)[:, None]
    for make in (lambda: module.SGD(0.2)), (lambda: module.MomentumSGD(0.05)), (lambda: module.Adam(0.05)):
        myrung.seed(0)
        net, optimizer, losses = myrung.models.MLP((8, 1), myrung.tanh), make(), []
        optimizer.setup(net)
        for _ in range(150):
            loss = myrung.mean_squared_error(net(x), x * x)
            net.cleargrads()
            loss.backward()
            optimizer.update()
            losses.append(float(loss.data))
        if not losses[-1] < losses[0] / 5:
            name = type(optimizer).__name__
            raise Unmet(f"the loss of a small net on a parabola, after 150 steps of {name}",
                        f"less than {losses[0] / 5:.4f}", f"{losses[-1]:.4f}",
                        look=type(optimizer).update_one)  # fmt: skip
