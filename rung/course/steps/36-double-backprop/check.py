import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_raises, expect_same, expect_type, random_arrays

from myrung.landscapes import himmelblau, rosenbrock


def hvp():
    if not hasattr(myrung, "hvp"):
        raise Unmet("myrung.hvp", "a function", "nothing of that name")
    return myrung.hvp


def variable(*values):
    return myrung.Variable(np.array(*values))


def values(found):
    return [float(y.data) for y in found]


def test_one_variable():
    found = hvp()(lambda x: x**3, [variable(2.0)], [1.0])
    expect_type("hvp(f, [x], [1.0])", found, list, look=hvp())
    expect("how many there are: one for each x", len(found), 1, look=hvp())
    expect_type("the first of them", found[0], myrung.Variable, look=hvp())
    expect("hvp of x ** 3 at 2, along 1: the second derivative", values(found)[0], 12.0, look=hvp())


def test_along():
    found = hvp()(lambda x: x**3, [variable(2.0)], [5.0])
    expect("hvp of x ** 3 at 2, along 5", values(found)[0], 60.0, look=hvp())


def test_columns_of_the_hessian():
    x, y = variable(-1.0), variable(2.0)
    hessian = [[1200 * 1 - 400 * 2 + 2, 400.0], [400.0, 200.0]]
    for along, wanted in zip(([1.0, 0.0], [0.0, 1.0]), hessian, strict=True):
        came = values(hvp()(rosenbrock, [x, y], along))
        expect(f"hvp of rosenbrock at (-1, 2), along {along}", came, [float(w) for w in wanted], look=hvp())


def test_any_direction():
    x, y = variable(-1.0), variable(2.0)
    came = values(hvp()(rosenbrock, [x, y], [2.0, -3.0]))
    expect(
        "hvp of rosenbrock at (-1, 2), along [2, -3]", came, [2 * 402.0 - 3 * 400, 2 * 400.0 - 3 * 200], look=hvp()
    )


def test_symmetric():
    x, y = variable(0.7), variable(-1.2)
    first = values(hvp()(himmelblau, [x, y], [1.0, 0.0]))
    second = values(hvp()(himmelblau, [x, y], [0.0, 1.0]))
    expect("the two mixed second derivatives of himmelblau, which are equal", first[1], float(second[0]), look=hvp())


def test_without_each_other():
    found = hvp()(lambda x, y: x**2 + 3 * y, [variable(1.0), variable(1.0)], [1.0, 1.0])
    expect(
        "hvp of x ** 2 + 3 * y, along [1, 1]: a straight line does not bend", values(found), [2.0, 0.0], look=hvp()
    )


def test_arrays():
    places, weights = random_arrays((4,), (4,))
    found = hvp()(lambda x: myrung.sin(x) * x, [myrung.Variable(places)], [weights])
    wanted = (2 * np.cos(places) - places * np.sin(places)) * weights
    expect("hvp of x * sin(x) at four places", found[0].data, wanted, look=hvp())


def test_measured():
    f = lambda x, y: myrung.tanh(x * y) * myrung.exp(x) + x / (1 + y * y)  # noqa: E731
    x, y, step = 0.3, -0.8, 1e-5

    def gradient(x, y):
        x, y = variable(x), variable(y)
        f(x, y).backward()
        return np.array([x.grad.data, y.grad.data])

    wanted = (gradient(x + 2 * step, y - step) - gradient(x - 2 * step, y + step)) / (2 * step)
    came = np.array(values(hvp()(f, [variable(x), variable(y)], [2.0, -1.0])))
    expect("hvp of tanh(x y) exp(x) + x / (1 + y²), along [2, -1], against differences of the gradient", came, wanted,
           look=hvp(), tolerance=1e-6)  # fmt: skip


def test_xs_stay():
    x, y = variable(1.0), variable(2.0)
    x.grad = old = variable(7.0)
    array = x.data
    hvp()(rosenbrock, [x, y], [1.0, 1.0])
    expect_same("x.grad after hvp", x.grad, old, look=hvp())
    expect_same("y.grad after hvp", y.grad, None, look=hvp())
    expect_same("x.data after hvp", x.data, array, look=hvp())


def test_nothing_recorded():
    found = hvp()(rosenbrock, [variable(1.0), variable(2.0)], [1.0, 1.0])
    expect_same("the creator of a result: the second walk need not be recorded", found[0].creator, None, look=hvp())


def test_one_for_each():
    expect_raises("hvp of rosenbrock, with one number for two variables", ValueError,
                  lambda: hvp()(rosenbrock, [variable(1.0), variable(2.0)], [1.0]), look=hvp())  # fmt: skip
