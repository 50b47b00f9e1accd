import importlib

import myrung
import numpy as np
from rung.course.testing import Unmet, check_gradient, expect, expect_same, expect_type


def of(file, name):
    try:
        module = importlib.import_module(f"myrung.{file}")
    except ModuleNotFoundError as error:
        if not str(error.name).endswith(f".{file}"):
            raise  # it is there, and what it imports is not
        raise Unmet(f"import myrung.{file}", f"a file {file}.py in the package", "none") from None
    if not hasattr(module, name):
        raise Unmet(f"{file}.py, for the name {name}", "its definition", "nothing of that name")
    return getattr(module, name)


def variable(*values):
    return myrung.Variable(np.array(*values))


def bowl(x, y):
    return x * x + 2 * y * y


def test_rosenbrock():
    f = of("landscapes", "rosenbrock")
    for point, value in {(1, 1): 0.0, (0, 2): 401.0, (0, 0): 1.0, (-1, 2): 104.0}.items():
        x, y = variable(float(point[0])), variable(float(point[1]))
        expect(f"rosenbrock(x, y).data at {point}", f(x, y).data, value, look=f)


def test_rosenbrock_slopes():
    f = of("landscapes", "rosenbrock")
    x, y = variable(0.0), variable(2.0)
    f(x, y).backward()
    expect("x.grad of rosenbrock(x, y) at (0, 2)", x.grad, -2.0, look=f)
    expect("y.grad of rosenbrock(x, y) at (0, 2)", y.grad, 400.0, look=f)
    check_gradient(f, (3,), (3,), what="rosenbrock", look=f, low=-1, high=1, tolerance=1e-4)
    expect("rosenbrock(2.0, 3.0), of plain numbers", f(2.0, 3.0), 101.0, look=f)


def test_one_step():
    descend = of("descent", "gradient_descent")
    x, y = variable(3.0), variable(-2.0)
    descend(bowl, [x, y], rate=0.1, steps=1)
    expect("x.data after one step of rate 0.1 on x² + 2y², from x = 3", x.data, 3 - 0.1 * 6, look=descend)
    expect("y.data after this step, from y = -2", y.data, -2 + 0.1 * 8, look=descend)


def test_several_steps():
    descend = of("descent", "gradient_descent")
    x, y = variable(3.0), variable(-2.0)
    descend(bowl, [x, y], rate=0.1, steps=3)
    expect("x.data after three steps: each leaves 0.8 of it", x.data, 3 * 0.8**3, look=descend)
    expect("y.data after three steps: each leaves 0.6 of it", y.data, -2 * 0.6**3, look=descend)


def test_heights():
    descend = of("descent", "gradient_descent")
    heights = descend(bowl, [variable(3.0), variable(-2.0)], rate=0.1, steps=2)
    expect("the heights of two steps on x² + 2y², from (3, -2)", heights, [17.0, 5.76 + 2.88], look=descend)
    expect_type("the first of them", heights[0], float, look=descend)
    expect("the heights of no step at all", descend(bowl, [variable(3.0), variable(1.0)], rate=0.1, steps=0), [],
           look=descend)  # fmt: skip


def test_old_gradients_do_not_matter():
    descend = of("descent", "gradient_descent")
    x, y = variable(3.0), variable(-2.0)
    bowl(x, y).backward()
    descend(bowl, [x, y], rate=0.1, steps=1)
    expect("x.data after one step, where x had a gradient from before", x.data, 2.4, look=descend)


def test_everyone_at_once():
    descend = of("descent", "gradient_descent")
    x, y = variable(1.0), variable(2.0)
    descend(lambda x, y: x * y, [x, y], rate=0.5, steps=1)
    expect("x.data after one step of rate 0.5 on x·y, from (1, 2)", x.data, 0.0, look=descend)
    expect("y.data after this step: its slope is that of the old place", y.data, 1.5, look=descend)


def test_arrays_stay():
    descend = of("descent", "gradient_descent")
    array = np.array(3.0)
    x = myrung.Variable(array)
    descend(lambda x: x * x, [x], rate=0.25, steps=1)
    expect("x.data after one step on x², from 3", x.data, 1.5, look=descend)
    expect("the array that x was made of, which is someone else's", array, 3.0, look=descend)


def test_the_graph_is_gone():
    descend = of("descent", "gradient_descent")
    x, y = variable(3.0), variable(-2.0)
    descend(bowl, [x, y], rate=0.1, steps=5)
    expect_same("x.creator after some steps: a step is no part of the calculation", x.creator, None, look=descend)
    expect("x.generation after some steps", x.generation, 0, look=descend)
    expect_type("x.data after some steps", x.data, np.ndarray, look=descend)


def test_down_the_valley():
    descend, f = of("descent", "gradient_descent"), of("landscapes", "rosenbrock")
    x, y = variable(0.0), variable(2.0)
    heights = descend(f, [x, y], rate=0.001, steps=1000)
    u, v = 0.0, 2.0
    for _ in range(1000):
        du, dv = -400 * u * (v - u**2) - 2 * (1 - u), 200 * (v - u**2)
        u, v = u - 0.001 * du, v - 0.001 * dv
    expect("the number of heights of a thousand steps", len(heights), 1000, look=descend)
    expect("x.data after a thousand steps on rosenbrock, from (0, 2)", x.data, u, look=descend)
    expect("y.data after them", y.data, v, look=descend)
