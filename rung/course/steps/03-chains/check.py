import math

import myrung
import numpy as np
from rung.course.testing import Unmet, expect, random_arrays


def variable(*values):
    return myrung.Variable(np.array(*values))


def test_exp():
    y = myrung.Exp()(variable(1.0))
    expect("Exp()(x).data for x.data = 1.0", y.data, math.e, look=myrung.Exp, tolerance=1e-12)
    y = myrung.Exp()(variable(-2.0))
    expect("Exp()(x).data for x.data = -2.0", y.data, 0.1353352832366127, look=myrung.Exp, tolerance=1e-12)


def test_exp_of_arrays():
    (x,) = random_arrays((2, 3))
    y = myrung.Exp()(myrung.Variable(x))
    expect("Exp()(x).data for an array of shape (2, 3)", y.data, np.exp(x), look=myrung.Exp)


def test_exp_is_a_function():
    if not issubclass(myrung.Exp, myrung.Function) or "__call__" in vars(myrung.Exp):
        raise Unmet("class Exp", "a class derived from Function, with a forward of its own and nothing else",
                    "something else", look=myrung.Exp)  # fmt: skip


def test_chain():
    a = myrung.Square()(variable(0.5))
    b = myrung.Exp()(a)
    y = myrung.Square()(b)
    expect("a.data, where a = x ** 2 and x = 0.5", a.data, 0.25, look=myrung.Square)
    expect("b.data, where b = exp(a)", b.data, 1.2840254166877414, look=myrung.Exp)
    expect("y.data, where y = b ** 2", y.data, 1.6487212707001282, look=myrung.Function)


def test_order_matters():
    x = variable([0.0, 1.0])
    first = myrung.Exp()(myrung.Square()(x))
    second = myrung.Square()(myrung.Exp()(x))
    expect("exp of the square of [0, 1]", first.data, np.exp(np.array([0.0, 1.0])), look=myrung.Exp)
    expect("the square of exp of [0, 1]", second.data, np.exp(np.array([0.0, 2.0])), look=myrung.Exp)
