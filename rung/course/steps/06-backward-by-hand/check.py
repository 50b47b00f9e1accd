import myrung
import numpy as np
from rung.course.testing import Unmet, check_gradient, expect, expect_raises, expect_same, look_at


def variable(*values):
    return myrung.Variable(np.array(*values))


def test_grad_begins_empty():
    expect_same("the grad of a new Variable", variable(1.0).grad, None, look=myrung.Variable)


def test_function_keeps_its_input():
    x, f = variable(3.0), myrung.Square()
    f(x)
    expect_same("f.input, after f(x)", f.input, x, look=myrung.Function)


def test_square_backward():
    f = myrung.Square()
    f(variable(3.0))
    expect("backward(1.0) of a square called on 3", f.backward(np.array(1.0)), 6.0, look=myrung.Square)


def test_exp_backward():
    f = myrung.Exp()
    f(variable(1.0))
    expect("backward(1.0) of an exp called on 1", f.backward(np.array(1.0)), 2.718281828, look=myrung.Exp)


def test_gradient_that_arrives():
    for kind, at, gy, expected in (myrung.Square, 3.0, 10.0, 60.0), (myrung.Exp, 0.0, 5.0, 5.0):
        f = kind()
        f(variable(at))
        came = f.backward(np.array(gy))
        expect(f"backward({gy}) of {kind.__name__} called on {at}", came, expected, look=kind)


def test_of_arrays():
    for kind, slope in (myrung.Square, lambda x: 2 * x), (myrung.Exp, np.exp):
        f, x, gy = kind(), np.array([[1.0, -2.0], [0.5, 0.0]]), np.array([[1.0, 2.0], [3.0, 4.0]])
        f(myrung.Variable(x))
        expect(f"backward of {kind.__name__}, element by element", f.backward(gy), slope(x) * gy, look=kind)


def test_each_call_its_own():
    f, g = myrung.Square(), myrung.Square()
    f(variable(1.0))
    g(variable(5.0))
    came = f.backward(np.array(1.0))
    expect("backward(1.0) of f = Square() called on 1, after another Square() was called on 5", came, 2.0,
           look=myrung.Function)  # fmt: skip


def test_no_backward():
    error = expect_raises("backward of a Function that has none", NotImplementedError,
                          lambda: myrung.Function().backward(np.array(1.0)), look=myrung.Function)  # fmt: skip
    if "Function" not in str(error):
        raise Unmet("the message of that NotImplementedError", "the name of the class, Function, in it",
                    repr(str(error)), look=myrung.Function)  # fmt: skip


def test_chain():
    calls = []

    def f(x):
        y = x
        for function in myrung.Square(), myrung.Exp(), myrung.Square():
            calls.append(function)
            y = function(y)
        return y

    def backward(y):
        x_gradient = np.ones_like(y.data)
        for function in (third, second, first):
            x_gradient = function.backward(x_gradient)
        x.grad = x_gradient

    with look_at(myrung.Function):
        x = variable(0.5)
        y = f(x)
        first, second, third = calls[:3]
        backward(y)
        expect("dy/dx of y = exp(x ** 2) ** 2 at x = 0.5, backward by hand", x.grad, 3.297442541, look=myrung.Square)


def slope_check(kind):
    made = []

    def call(x):
        f = kind()
        y = f(x)
        made.append((f, x))
        return y

    def backward(y):
        f, x = made[-1]
        x.grad = f.backward(np.ones_like(y.data))

    check_gradient(call, what=kind.__name__, look=kind, backward=backward)


def test_slopes_are_right():
    slope_check(myrung.Square)
    slope_check(myrung.Exp)
