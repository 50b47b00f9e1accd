import myrung
import numpy as np
from rung.course.testing import array_of, check_gradient, expect, expect_raises, expect_type


def variable(values, dtype=float):
    return myrung.Variable(np.array(values, dtype))


def error(x0, x1):
    came = myrung.mean_squared_error(x0, x1)
    expect_type("mean_squared_error(x0, x1)", came, myrung.Variable, look=myrung.mean_squared_error)
    return came


def test_value():
    came = error(variable([1, 2, 3]), variable([1, 4, 0]))
    expect("mean_squared_error([1, 2, 3], [1, 4, 0])", came.data, 13 / 3, look=myrung.mean_squared_error)
    came = error(variable([[1], [2]]), variable([[4], [2]]))
    expect("mean_squared_error([[1], [2]], [[4], [2]])", came.data, 4.5, look=myrung.mean_squared_error)


def test_per_example():
    came = error(variable([[1, 2, 3], [4, 5, 6]]), variable([[0, 2, 3], [4, 5, 3]]))
    expect("mean_squared_error of two examples of three numbers, 10 altogether", came.data, 5.0,
           look=myrung.mean_squared_error)  # fmt: skip


def test_gradients():
    x0, x1 = variable([[1], [2]]), variable([[4], [0]])
    error(x0, x1).backward()
    expect("x0.grad of mean_squared_error([[1], [2]], [[4], [0]])", array_of(x0.grad), [[-3.0], [2.0]],
           look=myrung.mean_squared_error)  # fmt: skip
    expect("x1.grad of the same", array_of(x1.grad), [[3.0], [-2.0]], look=myrung.mean_squared_error)


def test_shapes_must_agree():
    for left, right in ((5, 1), (5,)), ((5,), (5, 1)), ((4, 2), (4, 1)), ((3,), ()):
        look, x0, x1 = myrung.mean_squared_error, variable(np.ones(left)), variable(np.ones(right))
        raised = expect_raises(f"mean_squared_error of shapes {left} and {right}", ValueError,
                               lambda x0=x0, x1=x1: myrung.mean_squared_error(x0, x1), look)  # fmt: skip
        expect(f"whether both shapes, {left} and {right}, are in the sentence",
               str(left) in str(raised) and str(right) in str(raised), True, look=look)  # fmt: skip


def test_arrays_too():
    x, t = variable([1, 2]), np.array([3.0, 2.0])
    for what, left, right in ("x, array", x, t), ("array, x", t, x), ("array, array", x.data, t):
        expect(f"mean_squared_error({what})", error(left, right).data, 2.0, look=myrung.mean_squared_error)


def test_gradients_are_right():
    check_gradient(myrung.mean_squared_error, (4,), (4,), what="mean_squared_error", look=myrung.mean_squared_error)
    check_gradient(myrung.mean_squared_error, (2, 3), (2, 3), what="mean_squared_error",
                   look=myrung.mean_squared_error)  # fmt: skip


def test_twice():
    x, v = variable([1, 2]), variable([1, 3])
    came = myrung.hvp(lambda x: myrung.mean_squared_error(x, np.zeros(2)), [x], [v])[0]
    expect("hvp of the error of two numbers: the Hessian is 1 on the diagonal", array_of(came), v.data,
           look=myrung.mean_squared_error)  # fmt: skip


def test_finds_a_line():
    x = np.linspace(0, 1, 20).reshape(20, 1)
    t = 2 * x + 5
    W, b = variable([[0]]), variable([0])
    for _ in range(400):
        W.cleargrad()
        b.cleargrad()
        error(variable(x) @ W + b, t).backward()
        W.data = W.data - 0.5 * array_of(W.grad)
        b.data = b.data - 0.5 * array_of(b.grad)
    look = myrung.mean_squared_error
    expect("the slope that was found for t = 2 x + 5", W.data, [[2.0]], look=look, tolerance=1e-3)
    expect("the height that was found", b.data, [5.0], look=look, tolerance=1e-3)


def test_float32_stays():
    x = variable([1, 2], np.float32)
    y = error(x, np.zeros(2, np.float32))
    y.backward()
    expect("the dtype of the error of two float32", str(y.dtype), "float32", look=myrung.mean_squared_error)
    expect("the dtype of x.grad", str(array_of(x.grad).dtype), "float32", look=myrung.mean_squared_error)
