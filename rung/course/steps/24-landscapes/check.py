import importlib

import myrung
import numpy as np
from rung.course.testing import Unmet, check_gradient, expect


def landscape(name):
    try:
        module = importlib.import_module("myrung.landscapes")
    except ModuleNotFoundError as error:
        if not str(error.name).endswith(".landscapes"):
            raise  # it is there, and what it imports is not
        raise Unmet("import myrung.landscapes", "a file landscapes.py in the package", "none") from None
    if not hasattr(module, name):
        raise Unmet(f"landscapes.py, for the name {name}", "its definition", "nothing of that name")
    return getattr(module, name)


def at(name, *point):
    """The value and both slopes of a landscape at a point."""
    f = landscape(name)
    x, y = (myrung.Variable(np.array(float(u))) for u in point)
    z = f(x, y)
    z.backward()
    return f, z.data, x.grad, y.grad


def compare(name, point, value, slopes, tolerance=1e-6):
    f, z, gx, gy = at(name, *point)
    where = f"at x = {point[0]}, y = {point[1]}"
    expect(f"{name} {where}", z, value, look=f, tolerance=tolerance)
    expect(f"x.grad of z = {name}(x, y) {where}", gx, slopes[0], look=f, tolerance=tolerance)
    expect(f"y.grad of z = {name}(x, y) {where}", gy, slopes[1], look=f, tolerance=tolerance)


def test_sphere():
    compare("sphere", (1, 1), 2.0, (2.0, 2.0))
    compare("sphere", (-3, 0.5), 9.25, (-6.0, 1.0))
    compare("sphere", (0, 0), 0.0, (0.0, 0.0))


def test_matyas():
    compare("matyas", (1, 1), 0.04, (0.04, 0.04))
    compare("matyas", (-2, 3), 6.26, (-2.48, 2.52))
    compare("matyas", (0, 0), 0.0, (0.0, 0.0))


def test_himmelblau():
    compare("himmelblau", (1, 1), 106.0, (-46.0, -38.0))
    compare("himmelblau", (0, 0), 170.0, (-14.0, -22.0))
    compare("himmelblau", (3, 2), 0.0, (0.0, 0.0))


def test_four_hollows():
    for point in (3, 2), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127):
        compare("himmelblau", point, 0.0, (0.0, 0.0), tolerance=1e-3)


def test_goldstein_price():
    compare("goldstein_price", (1, 1), 1876.0, (-5376.0, 8064.0))
    compare("goldstein_price", (0, 0), 600.0, (720.0, 720.0))
    compare("goldstein_price", (2, 3), 3767075.0, (-1219680.0, 11236320.0))


def test_lowest_place():
    compare("goldstein_price", (0, -1), 3.0, (0.0, 0.0))


def test_whole_grids():
    u, v = np.meshgrid(np.linspace(-2, 2, 5), np.linspace(-2, 2, 5))
    for name in "sphere", "matyas", "himmelblau", "goldstein_price":
        f = landscape(name)
        z = f(myrung.Variable(u), myrung.Variable(v))
        expect(f"the shape of {name} on a grid of 5 x 5 places", z.shape, (5, 5), look=f)
        expect(f"{name} in the middle of the grid", z.data[2, 2], f(0.0, 0.0), look=f)


def test_plain_numbers():
    values = {"sphere": 13.0, "matyas": 0.5, "himmelblau": 32.0, "goldstein_price": 3767075.0}
    for name, value in values.items():
        f = landscape(name)
        came = f(2.0, 3.0)
        expect(f"{name}(2.0, 3.0), of plain numbers", came, value, look=f)


def test_gradients_are_right():
    for name in "sphere", "matyas", "himmelblau", "goldstein_price":
        f = landscape(name)
        check_gradient(lambda x, y, f=f: f(x, y), (3,), (3,), what=name, look=f, low=-1, high=1, tolerance=1e-4)
