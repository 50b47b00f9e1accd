import importlib
import math

import myrung
import numpy as np
from rung.course.testing import Unmet, check_gradient, expect, expect_type


def series():
    try:
        module = importlib.import_module("myrung.series")
    except ModuleNotFoundError as error:
        if not str(error.name).endswith(".series"):
            raise  # it is there, and what it imports is not
        raise Unmet("import myrung.series", "a file series.py in the package", "none") from None
    if not hasattr(module, "sin_series"):
        raise Unmet("series.py, for the name sin_series", "its definition", "nothing of that name")
    return module.sin_series


def sin():
    if not hasattr(myrung, "sin"):
        raise Unmet("myrung.sin", "a function", "nothing of that name")
    return myrung.sin


def variable(*values):
    return myrung.Variable(np.array(*values))


def functions_of(y):
    """How many functions y was computed by."""
    found, waiting = set(), [y.creator]
    while waiting:
        f = waiting.pop()
        if f is not None and f not in found:
            found.add(f)
            waiting += [x.creator for x in f.inputs]
    return len(found)


def test_sin():
    for value in 0.0, np.pi / 4, -2.0:
        y = sin()(variable(value))
        expect(f"sin(x).data at x = {value:.4g}", y.data, math.sin(value), look=sin())


def test_sin_backward():
    for value in 0.0, np.pi / 4, 3.0:
        x = variable(value)
        sin()(x).backward()
        expect(f"x.grad of y = sin(x) at x = {value:.4g}", x.grad, math.cos(value), look=sin())


def test_sin_of_arrays():
    check_gradient(lambda x: sin()(x), what="sin", look=sin())
    check_gradient(lambda x: sin()(x * x) * 3, what="3 sin(x * x)", look=sin())


def test_series():
    f = series()
    for value in 0.5, np.pi / 4, -1.5, 5.0:
        y = f(variable(value))
        expect_type(f"sin_series(x) at x = {value:.4g}", y, myrung.Variable, look=f)
        expect(f"sin_series(x).data at x = {value:.4g}", y.data, math.sin(value), look=f, tolerance=2e-4)


def test_threshold():
    f = series()
    expect("sin_series(x, threshold=1e-12).data at x = 1.2", f(variable(1.2), threshold=1e-12).data, math.sin(1.2),
           look=f, tolerance=1e-11)  # fmt: skip
    expect("sin_series(x, threshold=0.1).data at x = 1: the series has 1 - 1/6, then a term below 0.1",
           f(variable(1.0), threshold=0.1).data, 1 - 1 / 6 + 1 / 120, look=f)  # fmt: skip
    expect("sin_series(x, threshold=1).data at x = 1: the first term is not smaller, it is equal",
           f(variable(1.0), threshold=1).data, 1 - 1 / 6, look=f)  # fmt: skip
    expect("sin_series(x, threshold=10).data at x = 1", f(variable(1.0), threshold=10).data, 1.0, look=f)
    coarse, fine = (functions_of(f(variable(1.0), threshold=t)) for t in (1e-2, 1e-10))
    if not coarse < fine:
        raise Unmet(
            "the number of functions for a threshold of 1e-10", f"more than {coarse}, as for 1e-2", str(fine), f
        )


def test_series_backward():
    f = series()
    for value in 0.5, np.pi / 4, -1.5:
        x = variable(value)
        f(x).backward()
        expect(f"x.grad of y = sin_series(x) at x = {value:.4g}", x.grad, math.cos(value), look=f, tolerance=1e-3)


def test_large_numbers():
    f = series()
    came = f(variable(30.0), threshold=1e-6).data
    if not np.isfinite(came) or abs(came - math.sin(30)) > 0.01:
        raise Unmet("sin_series(x).data at x = 30, where terms grow to 10 ** 12 first", f"{math.sin(30):.4f}",
                    f"{came}", look=f)  # fmt: skip


def test_series_of_arrays():
    f = series()
    x = variable([0.1, 2.0, -3.0])
    y = f(x)
    expect("sin_series(x).data at x = [0.1, 2, -3]: go on until all terms are small", y.data, np.sin(x.data), look=f,
           tolerance=2e-4)  # fmt: skip
    y.backward()
    expect("x.grad there", x.grad, np.cos(x.data), look=f, tolerance=1e-3)


def test_plain_number():
    f = series()
    y = f(0.5)
    expect_type("sin_series(0.5)", y, myrung.Variable, look=f)
    expect("sin_series(0.5).data", y.data, math.sin(0.5), look=f, tolerance=1e-4)
