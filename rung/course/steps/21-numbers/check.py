import myrung
import numpy as np
from rung.course.testing import check_gradient, expect, expect_raises, expect_same, expect_type


def variable(*values):
    return myrung.Variable(np.array(*values))


def single(*values):
    return myrung.Variable(np.array(*values, dtype=np.float32))


def test_as_variable():
    x = variable([1.0, 2.0])
    expect_same("as_variable(x) of a Variable x", myrung.as_variable(x), x, look=myrung.as_variable)
    came = myrung.as_variable(x.data)
    expect_type("as_variable(array)", came, myrung.Variable, look=myrung.as_variable)
    expect_same("as_variable(array).data", came.data, x.data, look=myrung.as_variable)
    came = myrung.as_variable(2.5)
    expect_type("as_variable(2.5)", came, myrung.Variable, look=myrung.as_variable)
    expect("as_variable(2.5).data", came.data, 2.5, look=myrung.as_variable)


def test_number_on_the_right():
    x = variable([3.0, 4.0])
    expect("(x * 2.0).data for [3, 4]", (x * 2.0).data, np.array([6.0, 8.0]), look=myrung.Function)
    expect("(x + 1).data for [3, 4]", (x + 1).data, np.array([4.0, 5.0]), look=myrung.Function)


def test_number_on_the_left():
    x = variable([3.0, 4.0])
    expect("(2.0 * x).data for [3, 4]", (2.0 * x).data, np.array([6.0, 8.0]), look=myrung.mul)
    expect("(1 + x).data for [3, 4]", (1 + x).data, np.array([4.0, 5.0]), look=myrung.add)


def test_array_on_the_right():
    x = variable([3.0, 4.0])
    expect("(x * array).data", (x * np.array([2.0, 10.0])).data, np.array([6.0, 40.0]), look=myrung.Function)
    expect("(x + array).data", (x + np.array([2.0, 10.0])).data, np.array([5.0, 14.0]), look=myrung.Function)


def test_array_on_the_left():
    x = variable([3.0, 4.0])
    for what, y, expected in (
        ("array * x", lambda: np.array([2.0, 10.0]) * x, np.array([6.0, 40.0])),
        ("array + x", lambda: np.array([2.0, 10.0]) + x, np.array([5.0, 14.0])),
        ("np.float64(2.0) * x", lambda: np.float64(2.0) * x, np.array([6.0, 8.0])),
    ):
        came = y()
        expect_type(what, came, myrung.Variable, look=myrung.Variable)
        expect(f"({what}).data", came.data, expected, look=myrung.Variable)


def test_functions_too():
    expect("add(1.0, x).data for 2", myrung.add(1.0, variable(2.0)).data, 3.0, look=myrung.Function)
    y = myrung.square(np.array([1.0, 2.0]))
    expect_type("square(array)", y, myrung.Variable, look=myrung.Function)
    expect("square(array).data", y.data, np.array([1.0, 4.0]), look=myrung.Function)
    expect("mul(3, 4).data", myrung.mul(3, 4).data, 12, look=myrung.Function)


def test_gradients_pass():
    x = variable([3.0, 4.0])
    y = 3.0 * x * x + 1.0 + x * np.array([10.0, 20.0])
    y.backward()
    expect(
        "x.grad of y = 3 * x * x + 1 + x * [10, 20] at [3, 4]", x.grad, np.array([28.0, 44.0]), look=myrung.Function
    )


def test_float32_stays():
    x = single([1.0, 2.0])
    for what, y in {
        "x * 2.0": x * 2.0, "2.0 * x": 2.0 * x, "x + 1": x + 1, "x * np.float64(2.0)": x * np.float64(2.0),
        "add(1.0, x)": myrung.add(1.0, x),
    }.items():  # fmt: skip
        expect(f"the dtype of {what}, where x is float32", str(y.data.dtype), "float32", look=myrung.as_variable)
    y = 2.0 * x * x + 1.0
    y.backward()
    expect("the dtype of x.grad of y = 2.0 * x * x + 1.0", str(x.grad.dtype), "float32", look=myrung.as_variable)


def test_nothing_is_cut_off():
    x = variable([1, 2])
    expect("(x + 0.5).data, where x holds the integers 1 and 2", (x + 0.5).data, np.array([1.5, 2.5]),
           look=myrung.as_variable)  # fmt: skip
    expect("the dtype of x + 1, where x holds integers", (x + 1).data.dtype.kind, "i", look=myrung.as_variable)


def test_arrays_keep_their_type():
    y = single([1.0, 2.0]) + np.array([1.0, 2.0])
    expect(
        "the dtype of float32 plus an array of float64, as in NumPy", str(y.data.dtype), "float64", myrung.as_variable
    )


def test_turned_away():
    x = variable([1.0, 2.0])
    expect_raises("x + [1, 2], a list", TypeError, lambda: x + [1, 2], look=myrung.as_variable)
    expect_raises("x * '2', a text", TypeError, lambda: x * "2", look=myrung.as_variable)


def test_gradients_are_right():
    check_gradient(lambda x: 3 * x + x * 0.5 + 1, what="3 * x + x * 0.5 + 1", look=myrung.Function)
    check_gradient(lambda x: myrung.exp(0.5 * x) * x + 2.0, what="exp(0.5 * x) * x + 2", look=myrung.Function)
