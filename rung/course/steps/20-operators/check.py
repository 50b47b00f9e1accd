import myrung
import numpy as np
from rung.course.testing import check_gradient, expect, expect_same, expect_type


def variable(*values):
    return myrung.Variable(np.array(*values))


def test_mul():
    x0, x1 = variable([2.0, 3.0]), variable([4.0, 5.0])
    y = myrung.mul(x0, x1)
    expect_type("mul(x0, x1)", y, myrung.Variable, look=myrung.mul)
    expect_same("the first input of the function behind mul(x0, x1)", y.creator.inputs[0], x0, look=myrung.mul)
    expect("mul(x0, x1).data", y.data, np.array([8.0, 15.0]), look=myrung.Mul)


def test_mul_backward():
    x0, x1 = variable([2.0, 3.0]), variable([4.0, 5.0])
    y = myrung.mul(x0, x1)
    y.grad = np.array([1.0, 10.0])
    y.backward()
    expect("x0.grad of y = mul(x0, x1), where y.grad = [1, 10]", x0.grad, np.array([4.0, 50.0]), look=myrung.Mul)
    expect("x1.grad of y = mul(x0, x1), where y.grad = [1, 10]", x1.grad, np.array([2.0, 30.0]), look=myrung.Mul)


def test_times():
    y = variable(3.0) * variable(4.0)
    expect_type("x0 * x1", y, myrung.Variable, look=myrung.mul)
    expect("(x0 * x1).data for 3 and 4", y.data, 12.0, look=myrung.mul)


def test_plus():
    y = variable(3.0) + variable(4.0)
    expect_type("x0 + x1", y, myrung.Variable, look=myrung.add)
    expect("(x0 + x1).data for 3 and 4", y.data, 7.0, look=myrung.add)


def test_times_before_plus():
    y = variable(2.0) + variable(3.0) * variable(4.0)
    expect("(a + b * c).data for 2, 3 and 4", y.data, 14.0, look=myrung.mul)


def test_whole_expression():
    a, b, c = variable(3.0), variable(2.0), variable(1.0)
    y = a * b + c
    y.backward()
    expect("y.data of y = a * b + c at 3, 2 and 1", y.data, 7.0, look=myrung.mul)
    for name, v, expected in ("a", a, 2.0), ("b", b, 3.0), ("c", c, 1.0):
        expect(f"{name}.grad of y = a * b + c at 3, 2 and 1", v.grad, expected, look=myrung.Mul)


def test_times_itself():
    x = variable(3.0)
    y = x * x
    y.backward()
    expect("x.grad of y = x * x at x = 3", x.grad, 6.0, look=myrung.Mul)


def test_functions_hang_in_the_graph():
    y = variable(3.0) * variable(4.0)
    expect_type("the creator of x0 * x1", y.creator, myrung.Mul, look=myrung.mul)
    y = variable(3.0) + variable(4.0)
    expect_type("the creator of x0 + x1", y.creator, myrung.Add, look=myrung.add)


def test_gradients_are_right():
    check_gradient(myrung.mul, what="mul", look=myrung.Mul)
    check_gradient(lambda x, y, z: x * y + y * z * x + z * z, what="x * y + y * z * x + z * z", look=myrung.Mul)
    check_gradient(lambda x, w: myrung.exp(x * w) * x, what="exp(x * w) * x", look=myrung.Mul, low=-1, high=1)
