import myrung
import numpy as np
from rung.course.testing import Unmet, check_gradient, expect, expect_raises, expect_type


def variable(*values):
    return myrung.Variable(np.array(*values))


def test_square_function():
    y = myrung.square(variable(3.0))
    expect_type("square(x)", y, myrung.Variable, look=myrung.square)
    expect("square(x).data for x.data = 3.0", y.data, 9.0, look=myrung.square)


def test_exp_function():
    y = myrung.exp(variable(1.0))
    expect_type("exp(x)", y, myrung.Variable, look=myrung.exp)
    expect("exp(x).data for x.data = 1.0", y.data, 2.718281828, look=myrung.exp)


def test_fresh_function_for_each_call():
    x = variable(0.5)
    a = myrung.square(x)
    b = myrung.exp(a)
    y = myrung.square(b)
    expect(
        "whether a = square(x) and y = square(b) have the same creator", a.creator is y.creator, False, myrung.square
    )
    y.backward()
    expect("x.grad of y = square(exp(square(x))) at x = 0.5", x.grad, 3.297442541, look=myrung.square)


def test_seed():
    x = variable(3.0)
    y = myrung.square(x)
    y.backward()
    expect("x.grad of y = square(x) at x = 3, where nobody set y.grad", x.grad, 6.0, look=myrung.Variable.backward)


def test_seed_of_arrays():
    x = variable([[1.0, -2.0], [0.5, 3.0]])
    y = myrung.square(x)
    y.backward()
    expect("x.grad of y = square(x) for an array of shape (2, 2)", x.grad, np.array([[2.0, -4.0], [1.0, 6.0]]),
           look=myrung.Variable.backward)  # fmt: skip
    came = []

    class Spy(myrung.Function):
        def forward(self, x):
            return x

        def backward(self, gy):
            came.append(gy)
            return gy

    Spy()(x).backward()
    expect("the shape of the gradient that y.backward() begins with, for a y of shape (2, 2)",
           getattr(came[0], "shape", ()), (2, 2), look=myrung.Variable.backward)  # fmt: skip


def test_seed_has_the_type_of_the_data():
    x = myrung.Variable(np.array([1.0, 2.0], dtype=np.float32))
    y = myrung.square(x)
    y.backward()
    expect(
        "the dtype of x.grad, where x.data is float32", str(x.grad.dtype), "float32", look=myrung.Variable.backward
    )


def test_seed_of_your_own():
    x = variable(3.0)
    y = myrung.square(x)
    y.grad = np.array(10.0)
    y.backward()
    expect("x.grad of y = square(x) at x = 3, where y.grad = 10 was set", x.grad, 60.0, look=myrung.Variable.backward)


def test_only_arrays():
    for wrong in 1.0, 3, [1.0, 2.0]:
        expect_raises(f"Variable({wrong!r})", TypeError, lambda wrong=wrong: myrung.Variable(wrong), myrung.Variable)


def test_message():
    error = expect_raises("Variable(1.0)", TypeError, lambda: myrung.Variable(1.0), look=myrung.Variable)
    if "float" not in str(error):
        raise Unmet("the message of the TypeError", "the type that came, 'float', in it", repr(str(error)),
                    look=myrung.Variable)  # fmt: skip


def test_none_is_allowed():
    expect("Variable(None).data", myrung.Variable(None).data is None, True, look=myrung.Variable)


def test_as_array():
    came = myrung.as_array(np.float64(2.0))
    expect_type("as_array(np.float64(2.0))", came, np.ndarray, look=myrung.as_array)
    expect("as_array(np.float64(2.0))", came, 2.0, look=myrung.as_array)
    expect_type("as_array(3)", myrung.as_array(3), np.ndarray, look=myrung.as_array)
    array = np.array([1.0, 2.0])
    expect("whether as_array(array) is that array", myrung.as_array(array) is array, True, look=myrung.as_array)
    expect(
        "the dtype of as_array(np.float32(2))", str(myrung.as_array(np.float32(2)).dtype), "float32", myrung.as_array
    )


def test_results_are_arrays():
    y = myrung.exp(myrung.square(variable(2.0)))
    expect_type("exp(square(x)).data, where x.data = np.array(2.0)", y.data, np.ndarray, look=myrung.Function)


def test_gradients_are_right():
    check_gradient(myrung.square, what="square", look=myrung.square)
    check_gradient(myrung.exp, what="exp", look=myrung.exp)
    check_gradient(lambda x: myrung.exp(myrung.square(x)), what="exp(square(x))", look=myrung.Variable.backward,
                   low=-1, high=1)  # fmt: skip
