import myrung
import numpy as np
from rung.course.testing import check_gradient, expect, expect_raises


def variable(*values):
    return myrung.Variable(np.array(*values))


def test_neg():
    x = variable([2.0, -3.0])
    y = -x
    y.grad = np.array([1.0, 10.0])
    y.backward()
    expect("(-x).data for [2, -3]", y.data, np.array([-2.0, 3.0]), look=myrung.Neg)
    expect("x.grad of y = -x, where y.grad = [1, 10]", x.grad, np.array([-1.0, -10.0]), look=myrung.Neg)


def test_sub():
    x0, x1 = variable([5.0, 7.0]), variable([2.0, 10.0])
    y = x0 - x1
    y.grad = np.array([1.0, 10.0])
    y.backward()
    expect("(x0 - x1).data", y.data, np.array([3.0, -3.0]), look=myrung.Sub)
    expect("x0.grad of y = x0 - x1, where y.grad = [1, 10]", x0.grad, np.array([1.0, 10.0]), look=myrung.Sub)
    expect("x1.grad of y = x0 - x1, where y.grad = [1, 10]", x1.grad, np.array([-1.0, -10.0]), look=myrung.Sub)


def test_sub_with_numbers():
    x = variable(3.0)
    expect("(x - 1.0).data for 3", (x - 1.0).data, 2.0, look=myrung.Variable)
    y = 1.0 - x
    y.backward()
    expect("(1.0 - x).data for 3", y.data, -2.0, look=myrung.Variable)
    expect("x.grad of y = 1.0 - x", x.grad, -1.0, look=myrung.Variable)


def test_div():
    x0, x1 = variable([6.0, 1.0]), variable([2.0, 4.0])
    y = x0 / x1
    y.grad = np.array([1.0, 10.0])
    y.backward()
    expect("(x0 / x1).data", y.data, np.array([3.0, 0.25]), look=myrung.Div)
    expect("x0.grad of y = x0 / x1, where y.grad = [1, 10]", x0.grad, np.array([0.5, 2.5]), look=myrung.Div)
    expect("x1.grad of y = x0 / x1, where y.grad = [1, 10]", x1.grad, np.array([-1.5, -0.625]), look=myrung.Div)


def test_div_with_numbers():
    x = variable(4.0)
    expect("(x / 2).data for 4", (x / 2).data, 2.0, look=myrung.Variable)
    y = 2 / x
    y.backward()
    expect("(2 / x).data for 4", y.data, 0.5, look=myrung.Variable)
    expect("x.grad of y = 2 / x at 4", x.grad, -0.125, look=myrung.Variable)


def test_pow():
    for c, value, slope in (3, 8.0, 12.0), (-1, 0.5, -0.25), (0.5, 2**0.5, 0.5 * 2**-0.5), (1, 2.0, 1.0):
        x = variable(2.0)
        y = x**c
        y.grad = np.array(10.0)
        y.backward()
        expect(f"(x ** {c}).data for 2", y.data, value, look=myrung.Pow)
        expect(f"x.grad of y = x ** {c} at 2, where y.grad = 10", x.grad, 10 * slope, look=myrung.Pow)


def test_power_of_zero():
    with np.errstate(all="ignore"):
        x = variable([0.0, 2.0])
        y = x**0
        y.backward()
    expect("(x ** 0).data for [0, 2]", y.data, np.array([1.0, 1.0]), look=myrung.Pow)
    expect("x.grad of y = x ** 0 at [0, 2]", x.grad, np.array([0.0, 0.0]), look=myrung.Pow)
    x = variable(0.0)
    y = x**1
    y.backward()
    expect("x.grad of y = x ** 1 at 0", x.grad, 1.0, look=myrung.Pow)


def test_exponent_is_a_number():
    x = variable(2.0)
    expect_raises("Pow(x), whose exponent is a Variable", TypeError, lambda: myrung.Pow(x), look=myrung.Pow)
    expect_raises("x ** x, whose exponent is a Variable", TypeError, lambda: x**x, look=myrung.Pow)


def test_arrays_on_the_left():
    x = variable([1.0, 2.0])
    expect("(array - x).data", (np.array([5.0, 5.0]) - x).data, np.array([4.0, 3.0]), look=myrung.Variable)
    expect("(array / x).data", (np.array([5.0, 5.0]) / x).data, np.array([5.0, 2.5]), look=myrung.Variable)


def test_float32_stays():
    x = myrung.Variable(np.array([1.0, 2.0], dtype=np.float32))
    y = 1 - (-x) / 2 + 3 / x - x**2 + x**-1
    y.backward()
    expect("the dtype of 1 - (-x) / 2 + 3 / x - x ** 2 + x ** -1, where x is float32", str(y.data.dtype), "float32",
           look=myrung.Variable)  # fmt: skip
    expect("the dtype of x.grad", str(x.grad.dtype), "float32", look=myrung.Variable)


def test_whole_formula():
    x, y = variable(2.0), variable(4.0)
    z = (x**3 - 2 * y) / (1 - x) + y / x
    z.backward()
    expect("z.data of z = (x ** 3 - 2 * y) / (1 - x) + y / x at 2 and 4", z.data, 2.0, look=myrung.Variable)
    expect("x.grad", x.grad, -13.0, look=myrung.Variable)
    expect("y.grad", y.grad, 2.5, look=myrung.Variable)


def test_gradients_are_right():
    check_gradient(lambda x: -x, what="-x", look=myrung.Neg)
    check_gradient(lambda x, y: x - y, what="x - y", look=myrung.Sub)
    check_gradient(lambda x, y: x / y, what="x / y", look=myrung.Div, low=0.5, high=2)
    check_gradient(lambda x: x**3, what="x ** 3", look=myrung.Pow)
    check_gradient(lambda x: x**-1.5, what="x ** -1.5", look=myrung.Pow, low=0.5, high=2)
