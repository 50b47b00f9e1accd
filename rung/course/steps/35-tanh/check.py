import math

import myrung
import numpy as np
from rung.course.testing import Unmet, central_differences, check_gradient, expect, expect_same


def tanh():
    if not hasattr(myrung, "tanh"):
        raise Unmet("myrung.tanh", "a function", "nothing of that name")
    return myrung.tanh


def variable(*values):
    return myrung.Variable(np.array(*values))


def functions_of(y):
    """All functions that y was computed by."""
    found, waiting = set(), [y.creator]
    while waiting:
        f = waiting.pop()
        if f is not None and f not in found:
            found.add(f)
            waiting += [x.creator for x in f.inputs]
    return found


def test_tanh():
    for value in 0.0, 1.0, -0.3:
        expect(f"tanh(x).data at x = {value}", tanh()(variable(value)).data, math.tanh(value), look=tanh())


def test_far_out():
    y = tanh()(variable([-1000.0, 1000.0]))
    expect("tanh(x).data at x = [-1000, 1000]", y.data, np.array([-1.0, 1.0]), look=tanh())
    x = variable([-1000.0, 1000.0])
    tanh()(x).backward()
    expect("x.grad there: it is level", x.grad, np.zeros(2), look=tanh())


def test_backward():
    x = variable(1.0)
    tanh()(x).backward()
    expect("x.grad of y = tanh(x) at x = 1", x.grad, 1 - math.tanh(1) ** 2, look=tanh())
    check_gradient(lambda x: tanh()(x), what="tanh", look=tanh())
    check_gradient(lambda x: tanh()(x * x) * 3, what="3 tanh(x * x)", look=tanh())


def test_second():
    t = math.tanh(0.5)
    found = myrung.derivatives(tanh(), variable(0.5), 2)
    expect("the second derivative of tanh at 0.5: -2 y (1 - y²)", found[2].data, -2 * t * (1 - t * t), look=tanh())


def test_high_orders():
    found = myrung.derivatives(tanh(), variable(0.5), 6)
    factors, t = np.polynomial.Polynomial([0, 1]), math.tanh(0.5)
    for order in range(1, 7):
        factors = factors.deriv() * np.polynomial.Polynomial([1, 0, -1])
        expect(
            f"derivative number {order} of tanh at 0.5", found[order].data, factors(t), look=tanh(), tolerance=1e-9
        )


def test_many_places():
    places = np.linspace(-2, 2, 9)
    found = myrung.derivatives(tanh(), myrung.Variable(places), 3)
    wanted = central_differences(lambda x: myrung.derivatives(tanh(), myrung.Variable(x), 2)[2], places)[0]
    expect("the third derivative at nine places", found[3].data, wanted, look=tanh(), tolerance=1e-5)


def test_the_result_is_used_again():
    x = variable(0.5)
    y = tanh()(x)
    y.backward(create_graph=True)
    calls = [f for f in functions_of(y) | functions_of(x.grad) if type(f).__name__ == "Tanh"]
    expect("how many calls of Tanh are in the graphs of y and x.grad together", len(calls), 1, look=tanh())
    before = len(functions_of(x.grad))
    expect("whether the graph of x.grad has at most eight functions", before <= 8, True, look=tanh())


def test_no_memory_trouble():
    x = variable(0.5)
    y = tanh()(tanh()(x))
    y.backward()
    expect("x.grad of tanh(tanh(x)), where nobody holds the value in the middle", x.grad,
           (1 - math.tanh(math.tanh(0.5)) ** 2) * (1 - math.tanh(0.5) ** 2), look=tanh())  # fmt: skip
    expect_same("x.grad.creator", x.grad.creator, None, look=tanh())
