import math

import myrung
import numpy as np
from rung.course.testing import Unmet, check_gradient, expect, expect_same, expect_type


def named(name):
    if not hasattr(myrung, name):
        raise Unmet(f"myrung.{name}", "a function", "nothing of that name")
    return getattr(myrung, name)


def variable(*values):
    return myrung.Variable(np.array(*values))


def again(f, place, what, look):
    """The slope of f at a place and the slope of that."""
    x = variable(place)
    f(x).backward(create_graph=True)
    slope = x.grad
    x.cleargrad()
    slope.backward()
    if x.grad is None:
        raise Unmet(
            f"x.grad of the slope of {what}", "a gradient", "None: no way leads from the slope back to x", look
        )
    return slope, x.grad


def test_cos():
    for value in 0.0, 1.0, -2.5:
        expect(f"cos(x).data at x = {value}", named("cos")(variable(value)).data, math.cos(value), look=named("cos"))


def test_cos_backward():
    for value in 0.5, -2.5:
        x = variable(value)
        named("cos")(x).backward()
        expect(f"x.grad of y = cos(x) at x = {value}", x.grad, -math.sin(value), look=named("cos"))
    check_gradient(lambda x: named("cos")(x * x) * 3, what="3 cos(x * x)", look=named("cos"))


def test_sin_twice():
    sin = named("sin")
    slope, second = again(sin, 1.0, "sin(x)", sin)
    expect("x.grad of y = sin(x) at x = 1", slope.data, math.cos(1), look=sin)
    expect("its second derivative there", second.data, -math.sin(1), look=sin)
    check_gradient(lambda x: sin(x * x) * 3, what="3 sin(x * x)", look=sin)


def test_cos_twice():
    cos = named("cos")
    _, second = again(cos, 1.0, "cos(x)", cos)
    expect("the second derivative of cos at 1", second.data, -math.cos(1), look=cos)


def test_list():
    derivatives = named("derivatives")
    found = derivatives(lambda x: x**3, variable(2.0), 2)
    expect_type("derivatives(f, x, 2)", found, list, look=derivatives)
    expect("how many there are: f and two derivatives", len(found), 3, look=derivatives)
    expect_type("one of them", found[1], myrung.Variable, look=derivatives)
    expect("the values for x ** 3 at 2", [float(y.data) for y in found], [8.0, 12.0, 12.0], look=derivatives)


def test_order_zero():
    derivatives = named("derivatives")
    found = derivatives(lambda x: x**3, variable(2.0), 0)
    expect("the values of order 0 for x ** 3 at 2", [float(y.data) for y in found], [8.0], look=derivatives)


def test_sine_comes_round():
    derivatives = named("derivatives")
    found = derivatives(named("sin"), variable(1.0), 8)
    circle = [math.sin(1), math.cos(1), -math.sin(1), -math.cos(1)] * 2 + [math.sin(1)]
    expect("sin and its eight derivatives at 1", [float(y.data) for y in found], circle, look=derivatives)


def test_product():
    derivatives, sin = named("derivatives"), named("sin")
    found = derivatives(lambda x: x * x * sin(x), variable(0.7), 3)
    s, c, x = math.sin(0.7), math.cos(0.7), 0.7
    wanted = [x * x * s, 2 * x * s + x * x * c, 2 * s + 4 * x * c - x * x * s, 6 * c - 6 * x * s - x * x * c]
    expect("x * x * sin(x) and three derivatives at 0.7", [float(y.data) for y in found], wanted, look=derivatives)


def test_nought_for_ever():
    derivatives = named("derivatives")
    found = derivatives(lambda x: 3 * x, variable(2.0), 3)
    expect("3 * x and three derivatives at 2", [float(y.data) for y in found], [6.0, 3.0, 0.0, 0.0], look=derivatives)
    found = derivatives(lambda x: 3 * x, variable([1.0, 2.0]), 2)
    expect("the second derivative of 3 * x at [1, 2]", found[2].data, np.zeros(2), look=derivatives)


def test_arrays():
    derivatives, sin = named("derivatives"), named("sin")
    places = np.linspace(-3, 3, 7)
    found = derivatives(sin, myrung.Variable(places), 2)
    expect("the second derivative of sin at seven places", found[2].data, -np.sin(places), look=derivatives)


def test_x_stays():
    derivatives, sin = named("derivatives"), named("sin")
    x = variable(1.0)
    x.grad = old = variable(5.0)
    derivatives(sin, x, 3)
    expect_same("x.grad after derivatives(sin, x, 3)", x.grad, old, look=derivatives)
