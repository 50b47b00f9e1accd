import myrung
import numpy as np
import pytest
from rung.course.testing import Unmet, expect, expect_raises, expect_same, expect_type


def variable(*values):
    return myrung.Variable(np.array(*values))


def test_result_is_variable():
    y = myrung.Square()(variable([1.0, 2.0]))
    expect_type("Square()(x)", y, myrung.Variable, look=myrung.Function)


def test_square():
    y = myrung.Square()(variable(3.0))
    expect("Square()(x).data for x.data = 3.0", y.data, 9.0, look=myrung.Square)


def test_square_of_arrays():
    y = myrung.Square()(variable([[1.0, -2.0], [0.5, 0.0]]))
    expect("Square()(x).data", y.data, np.array([[1.0, 4.0], [0.25, 0.0]]), look=myrung.Square)


def test_new_variable():
    x = variable([1.0, 2.0, 3.0])
    y = myrung.Square()(x)
    expect_type("Square()(x)", y, myrung.Variable, look=myrung.Function)
    if y is x:
        raise Unmet("Square()(x)", "a new Variable", "x itself", look=myrung.Function)
    expect("x.data, after Square()(x)", x.data, np.array([1.0, 2.0, 3.0]), look=myrung.Function)


def test_forward_gets_array():
    came = []

    class Spy(myrung.Function):
        def forward(self, x):
            came.append(x)
            return x + 1

    x = variable([1.0, 2.0])
    y = Spy()(x)
    expect_same("what a function's forward is given", came[0], x.data, look=myrung.Function)
    expect("the result of a function of your own, x + 1", y.data, np.array([2.0, 3.0]), look=myrung.Function)


def test_square_is_a_function():
    if not issubclass(myrung.Square, myrung.Function):
        raise Unmet("class Square", "a class derived from Function", "one that is not", look=myrung.Square)
    if "__call__" in vars(myrung.Square):
        raise Unmet("class Square", "no __call__ of its own: it inherits Function's", "one", look=myrung.Square)


def test_no_forward():
    error = expect_raises(
        "calling a Function without a forward", NotImplementedError,
        lambda: myrung.Function()(variable(1.0)), look=myrung.Function,
    )  # fmt: skip
    if "Function" not in str(error):
        pytest.fail("The message of the NotImplementedError should name the class that has no forward: "
                    f"expected 'Function' in it, but {str(error)!r} came")  # fmt: skip
