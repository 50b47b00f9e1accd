import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_same, expect_type, random_arrays


def jacobian():
    if not hasattr(myrung, "jacobian"):
        raise Unmet("myrung.jacobian", "a function", "nothing of that name")
    return myrung.jacobian


class RunningSum(myrung.Function):
    """Each element of the result is the sum of all up to there."""

    def forward(self, x):
        return np.cumsum(x)

    def backward(self, gy):
        return myrung.Variable(np.cumsum(gy.data[::-1])[::-1].copy())


class Ends(myrung.Function):
    """Of any array, two numbers: the first element, and twice the last."""

    def forward(self, x):
        self.shape = x.shape
        return np.array([x.ravel()[0], 2 * x.ravel()[-1]])

    def backward(self, gy):
        gx = np.zeros(self.shape)
        gx.ravel()[0] += gy.data[0]
        gx.ravel()[-1] += 2 * gy.data[1]
        return myrung.Variable(gx)


def variable(*values):
    return myrung.Variable(np.array(*values))


def test_elementwise():
    came = jacobian()(lambda x: x**2, variable([1.0, 2.0, 3.0]))
    expect_type("jacobian(f, x)", came, np.ndarray, look=jacobian())
    expect("jacobian of x ** 2 at [1, 2, 3]: every y depends on its own x alone", came, np.diag([2.0, 4.0, 6.0]),
           look=jacobian())  # fmt: skip


def test_rows_are_results():
    came = jacobian()(lambda x: RunningSum()(x), variable([1.0, 2.0, 3.0]))
    expect("jacobian of a running sum: row i tells on which x the result i depends", came, np.tril(np.ones((3, 3))),
           look=jacobian())  # fmt: skip


def test_more_in_than_out():
    came = jacobian()(lambda x: Ends()(x), variable([1.0, 2.0, 3.0]))
    expect("jacobian of (first, 2 * last) of three", came, np.array([[1.0, 0, 0], [0, 0, 2]]), look=jacobian())


def test_tables():
    came = jacobian()(lambda x: x * x, variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    expect("the shape of the jacobian of x * x, x of shape (3, 2)", came.shape, (3, 2, 3, 2), look=jacobian())
    expect("jacobian[1, 0]: the row for the result 9, in the shape of x", came[1, 0],
           np.array([[0.0, 0], [6, 0], [0, 0]]), look=jacobian())  # fmt: skip
    came = jacobian()(lambda x: Ends()(x), variable([[1.0, 2.0], [3.0, 4.0]]))
    expect("the shape of the jacobian from (2, 2) to (2,)", came.shape, (2, 2, 2), look=jacobian())


def test_numbers():
    expect("jacobian of x ** 3 at the number 2", jacobian()(lambda x: x**3, variable(2.0)), np.array(12.0),
           look=jacobian())  # fmt: skip


def test_chain_is_a_product():
    (x,) = random_arrays((4,))
    f, g = lambda x: RunningSum()(x), myrung.sin
    whole = jacobian()(lambda x: g(f(x)), myrung.Variable(x))
    product = jacobian()(g, f(myrung.Variable(x))) @ jacobian()(f, myrung.Variable(x))
    expect("jacobian of sin(running sum), against the product of the two", whole, product, look=jacobian())


def test_identity():
    came = jacobian()(lambda x: x, variable([1.0, 2.0]))
    expect("jacobian of x itself", came, np.eye(2), look=jacobian())


def test_constant():
    came = jacobian()(lambda x: variable([5.0, 6.0, 7.0]), variable([1.0, 2.0]))
    expect("jacobian of three constants", came, np.zeros((3, 2)), look=jacobian())


def test_x_stays():
    x = variable([1.0, 2.0])
    x.grad = old = variable([5.0, 5.0])
    jacobian()(lambda x: x * x, x)
    expect_same("x.grad after jacobian(f, x)", x.grad, old, look=jacobian())


def test_one_call():
    calls = []

    def counted(x):
        calls.append(x)
        return x * x

    jacobian()(counted, variable([1.0, 2.0, 3.0]))
    expect("how often f is called for three results", len(calls), 1, look=jacobian())
