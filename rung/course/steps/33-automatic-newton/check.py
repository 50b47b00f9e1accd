import gc
import importlib
import weakref

import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_same, expect_type


def newton():
    module = importlib.import_module("myrung.descent")
    if not hasattr(module, "newton"):
        raise Unmet("descent.py, for the name newton", "its definition", "nothing of that name")
    return module.newton


def variable(*values):
    return myrung.Variable(np.array(*values))


def parabola(x):
    return 3 * x**2 - 12 * x + 5


def hollows(x):
    return x**4 - 2 * x**2


def test_parabola_in_one_step():
    x = variable(10.0)
    newton()(parabola, x, steps=1)
    expect("x.data after one step on 3x² - 12x + 5, from x = 10", x.data, 2.0, look=newton())


def test_one_step():
    x = variable(2.0)
    newton()(hollows, x, steps=1)
    expect("x.data after one step on x⁴ - 2x², from x = 2: 2 - 24/44", x.data, 2 - 24 / 44, look=newton())


def test_old_gradients_do_not_matter():
    x = variable(10.0)
    parabola(x).backward()
    newton()(parabola, x, steps=1)
    expect("x.data after one step, where x had a gradient from before", x.data, 2.0, look=newton())


def test_several_steps():
    x = variable(2.0)
    places = newton()(hollows, x, steps=8)
    wanted = [2.0]
    for _ in range(8):
        at = wanted[-1]
        wanted.append(at - (4 * at**3 - 4 * at) / (12 * at**2 - 4))
    expect("the places of eight steps on x⁴ - 2x², from x = 2", places, wanted, look=newton(), tolerance=1e-12)
    expect_type("a place", places[1], float, look=newton())
    expect("where x stands at the end", x.data, places[-1], look=newton())


def test_summit():
    x = variable(0.1)
    newton()(hollows, x, steps=8)
    expect("x.data after eight steps on x⁴ - 2x², from x = 0.1: the method goes to any level place", x.data, 0.0,
           look=newton())  # fmt: skip


def test_any_formula():
    x = variable(1.0)
    newton()(lambda x: myrung.exp(x) / (1 + x * x) ** 2 + x**2, x, steps=10)
    value = float(x.data)
    slope = np.exp(value) * (value**2 - 4 * value + 1) / (1 + value**2) ** 3 + 2 * value
    if not np.isfinite(value) or abs(slope) > 1e-9:
        raise Unmet("the slope of exp(x) / (1 + x²)² + x² where ten steps from 1 have led", "0", f"{slope}", newton())


def test_x_stays_a_leaf():
    array = np.array(10.0)
    x = myrung.Variable(array)
    newton()(parabola, x, steps=3)
    expect("the array that x was made of, which is someone else's", array, 10.0, look=newton())
    expect_type("x.data after some steps", x.data, np.ndarray, look=newton())
    expect_same("x.creator after some steps", x.creator, None, look=newton())


def test_no_circle():
    ghosts = []

    class Watched(myrung.Function):
        def forward(self, x):
            ghosts.append(weakref.ref(self))
            return x * x

        def backward(self, gy):
            return 2 * self.inputs[0] * gy

    gc.collect()
    gc.disable()
    try:
        x = variable(3.0)
        newton()(lambda x: Watched()(x) * x * x, x, steps=3)
        left = sum(ghost() is not None for ghost in ghosts)
    finally:
        gc.enable()
    expect("the number of graphs, of three, that are still in memory after newton", left, 0, look=newton())
