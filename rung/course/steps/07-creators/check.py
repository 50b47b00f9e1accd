import myrung
import numpy as np
from rung.course.testing import check_gradient, expect, expect_same, look_at


def variable(*values):
    return myrung.Variable(np.array(*values))


def chain(x):
    return myrung.Square()(myrung.Exp()(myrung.Square()(x)))


def backward(y):
    y.grad = np.ones_like(y.data)
    y.backward()


def test_nobody_made_it():
    expect_same("the creator of a Variable that you made yourself", variable(1.0).creator, None, look=myrung.Variable)


def test_creator():
    f = myrung.Square()
    y = f(variable(3.0))
    expect_same("the creator of y = f(x)", y.creator, f, look=myrung.Function)


def test_walk_back():
    x = variable(0.5)
    A, B = myrung.Square(), myrung.Exp()
    a = A(x)
    y = B(a)
    expect_same("y.creator.input", y.creator.input, a, look=myrung.Function)
    expect_same("y.creator.input.creator", y.creator.input.creator, A, look=myrung.Function)
    expect_same("y.creator.input.creator.input", y.creator.input.creator.input, x, look=myrung.Function)


def test_from_a_leaf():
    x = variable(2.0)
    x.grad = np.array(1.0)
    with look_at(myrung.Variable.backward):
        x.backward()
    expect("x.grad after x.backward(), where nothing was computed", x.grad, 1.0, look=myrung.Variable.backward)


def test_one_function():
    x = variable(3.0)
    y = myrung.Square()(x)
    y.grad = np.array(10.0)
    y.backward()
    expect("x.grad of y = x ** 2 at x = 3, where y.grad = 10", x.grad, 60.0, look=myrung.Variable.backward)


def test_whole_chain():
    x = variable(0.5)
    y = chain(x)
    y.grad = np.array(1.0)
    y.backward()
    expect("x.grad of y = exp(x ** 2) ** 2 at x = 0.5", x.grad, 3.297442541, look=myrung.Variable.backward)


def test_the_middle_too():
    x = variable(0.5)
    a = myrung.Square()(x)
    b = myrung.Exp()(a)
    y = myrung.Square()(b)
    y.grad = np.array(1.0)
    y.backward()
    expect("b.grad, where y = b ** 2 and b = exp(0.25)", b.grad, 2.568050833, look=myrung.Variable.backward)
    expect("a.grad, where b = exp(a)", a.grad, 3.297442541, look=myrung.Variable.backward)


def test_gradients_are_right():
    check_gradient(chain, what="exp(x ** 2) ** 2", look=myrung.Variable.backward, backward=backward, low=-1, high=1)


def test_two_chains():
    x0, x1 = variable(1.0), variable(2.0)
    y0, y1 = myrung.Square()(x0), myrung.Square()(x1)
    y0.grad = np.array(1.0)
    y0.backward()
    expect("x0.grad of y0 = x0 ** 2 at x0 = 1", x0.grad, 2.0, look=myrung.Variable.backward)
    expect_same(
        "x1.grad, where y1 = x1 ** 2, after y0.backward() only", x1.grad, None, look=myrung.Variable.set_creator
    )
    expect(
        "whether y0 and y1 have the same creator", y0.creator is y1.creator, False, look=myrung.Variable.set_creator
    )
