import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_type


def variable(*values):
    return myrung.Variable(np.array(*values))


class Cube(myrung.Function):
    def forward(self, x):
        return x**3


def slope(f, x, **options):
    return myrung.numerical_diff(f, x, **options)


def test_square():
    came = slope(myrung.Square(), variable(2.0))
    expect("numerical_diff of x ** 2 at x = 2", came, 4.0, look=myrung.numerical_diff, tolerance=1e-3)


def test_default_eps():
    came = slope(Cube(), variable(0.0))
    if not 1e-13 < came < 1e-5:
        raise Unmet("numerical_diff of x ** 3 at x = 0 with the usual eps, which is eps ** 2", "1e-08", f"{came:.3g}",
                    look=myrung.numerical_diff)  # fmt: skip


def test_both_sides():
    came = slope(myrung.Exp(), variable(0.0))
    expect("numerical_diff of exp(x) at x = 0, to eight digits", came, 1.0, myrung.numerical_diff, tolerance=1e-8)


def test_chain():
    def f(x):
        return myrung.Square()(myrung.Exp()(myrung.Square()(x)))

    came = slope(f, variable(0.5))
    expect("numerical_diff of exp(x ** 2) ** 2 at x = 0.5", came, 3.2974425, myrung.numerical_diff, tolerance=1e-3)


def test_eps():
    for eps in 0.1, 0.5:
        came = slope(Cube(), variable(0.0), eps=eps)
        expect(f"numerical_diff of x ** 3 at x = 0 with eps={eps}, which is eps ** 2 exactly", came, eps**2,
               look=myrung.numerical_diff)  # fmt: skip


def test_x_stays():
    x = variable([1.0, 2.0])
    array = x.data
    slope(myrung.Square(), x)
    expect("x.data, after numerical_diff(f, x)", x.data, np.array([1.0, 2.0]), look=myrung.numerical_diff)
    expect("the array that was in x, after numerical_diff(f, x)", array, np.array([1.0, 2.0]), myrung.numerical_diff)


def test_of_arrays():
    came = slope(myrung.Square(), variable([[1.0, -2.0], [0.5, 0.0]]))
    expect(
        "numerical_diff of x ** 2 at four places", came, np.array([[2.0, -4.0], [1.0, 0.0]]), myrung.numerical_diff
    )


def test_f_gets_arrays_in_boxes():
    def f(x):
        expect_type("what numerical_diff calls f on", x, myrung.Variable, look=myrung.numerical_diff)
        expect_type(
            "the data of the Variable that numerical_diff calls f on", x.data, np.ndarray, myrung.numerical_diff
        )
        return myrung.Variable(np.array(3.0 * x.data))

    expect("numerical_diff of 3 x", slope(f, variable(1.0)), 3.0, look=myrung.numerical_diff)
