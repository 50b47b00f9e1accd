import myrung
import numpy as np
from rung.course.testing import check_gradient, expect, expect_same


def variable(*values):
    return myrung.Variable(np.array(*values))


def test_the_same_twice():
    x = variable(3.0)
    y = myrung.add(x, x)
    y.backward()
    expect("x.grad of y = add(x, x)", x.grad, 2.0, look=myrung.Variable.backward)


def test_nobody_elses_array():
    x = variable([1.0, 1.0])
    y = myrung.add(x, x)
    seed = np.array([1.0, 1.0])
    y.grad = seed
    y.backward()
    expect("x.grad of y = add(x, x)", x.grad, np.array([2.0, 2.0]), look=myrung.Variable.backward)
    expect("the array that was y.grad, after y.backward()", seed, np.array([1.0, 1.0]), look=myrung.Variable.backward)


def test_two_ways():
    x = variable(1.0)
    y = myrung.add(myrung.square(x), myrung.exp(x))
    y.backward()
    expect("x.grad of y = x ** 2 + exp(x) at x = 1", x.grad, 2 + np.e, look=myrung.Variable.backward)


def test_three_times():
    x = variable([3.0, 4.0])
    y = myrung.add(myrung.add(x, x), x)
    y.backward()
    expect("x.grad of y = add(add(x, x), x)", x.grad, np.array([3.0, 3.0]), look=myrung.Variable.backward)


def test_once_is_as_before():
    x = variable(3.0)
    y = myrung.square(x)
    y.backward()
    expect("x.grad of y = x ** 2 at x = 3", x.grad, 6.0, look=myrung.Variable.backward)


def test_next_calculation_adds():
    x = variable(3.0)
    myrung.square(x).backward()
    myrung.add(x, x).backward()
    expect("x.grad after the backward of x ** 2 and that of x + x, at x = 3", x.grad, 8.0, myrung.Variable.backward)


def test_cleargrad():
    x = variable(3.0)
    myrung.square(x).backward()
    x.cleargrad()
    expect_same("x.grad after x.cleargrad()", x.grad, None, look=myrung.Variable.cleargrad)
    myrung.add(x, x).backward()
    expect("x.grad of add(x, x), after x.cleargrad()", x.grad, 2.0, look=myrung.Variable.cleargrad)


def test_gradients_are_right():
    check_gradient(lambda x: myrung.add(x, x), what="x + x", look=myrung.Variable.backward)
    check_gradient(lambda x, y: myrung.add(myrung.add(myrung.square(x), y), myrung.exp(x)),
                   what="x ** 2 + y + exp(x)", look=myrung.Variable.backward)  # fmt: skip
