import importlib

import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_same, expect_type


def newton():
    module = importlib.import_module("myrung.descent")
    if not hasattr(module, "newton_by_hand"):
        raise Unmet("descent.py, for the name newton_by_hand", "its definition", "nothing of that name")
    return module.newton_by_hand


def variable(*values):
    return myrung.Variable(np.array(*values))


def parabola(x):
    return 3 * x**2 - 12 * x + 5


def hollows(x):
    return x**4 - 2 * x**2


def curve(x):
    return 12 * x**2 - 4


def test_parabola_in_one_step():
    x = variable(10.0)
    newton()(parabola, lambda x: 6.0, x, steps=1)
    expect("x.data after one step on 3x² - 12x + 5, from x = 10", x.data, 2.0, look=newton())


def test_one_step():
    x = variable(2.0)
    newton()(hollows, curve, x, steps=1)
    expect("x.data after one step on x⁴ - 2x², from x = 2: 2 - 24/44", x.data, 2 - 24 / 44, look=newton())


def test_several_steps():
    x = variable(2.0)
    newton()(hollows, curve, x, steps=2)
    first = 2 - 24 / 44
    second = first - (4 * first**3 - 4 * first) / (12 * first**2 - 4)
    expect("x.data after two steps on x⁴ - 2x², from x = 2", x.data, second, look=newton())


def test_places():
    x = variable(2.0)
    places = newton()(hollows, curve, x, steps=8)
    expect("the number of places of eight steps, the start among them", len(places), 9, look=newton())
    expect("the first place", places[0], 2.0, look=newton())
    expect("the second", places[1], 2 - 24 / 44, look=newton())
    expect("the last, to twelve digits", places[-1], 1.0, look=newton(), tolerance=1e-12)
    expect_type("a place", places[1], float, look=newton())
    expect("where x stands at the end", x.data, places[-1], look=newton())


def test_old_gradients_do_not_matter():
    x = variable(10.0)
    parabola(x).backward()
    newton()(parabola, lambda x: 6.0, x, steps=1)
    expect("x.data after one step, where x had a gradient from before", x.data, 2.0, look=newton())


def test_curvature_gets_an_array():
    seen = []

    def spying(x):
        seen.append(x if isinstance(x, myrung.Variable) else np.array(x))
        return 6.0

    x = variable(10.0)
    newton()(parabola, spying, x, steps=2)
    expect("how often curvature is asked in two steps", len(seen), 2, look=newton())
    expect_type("what curvature is given", seen[0], np.ndarray, look=newton())
    expect("what curvature is given: the place before the step", seen[0], 10.0, look=newton())


def test_nothing_is_left():
    array = np.array(10.0)
    x = myrung.Variable(array)
    newton()(parabola, lambda x: 6.0, x, steps=3)
    expect("the array that x was made of, which is someone else's", array, 10.0, look=newton())
    expect_same("x.creator after some steps", x.creator, None, look=newton())
    expect_type("x.data after some steps", x.data, np.ndarray, look=newton())
