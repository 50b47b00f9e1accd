import myrung
import numpy as np
from rung.course.testing import array_of, expect, expect_same, expect_type


class Mix(myrung.Function):
    """Two outputs of three inputs, each from each."""

    table = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])

    def forward(self, x):
        return self.table.dot(x)

    def backward(self, gy):
        return myrung.Variable(self.table.T.dot(gy.data))


def variable(values, dtype=np.float64):
    return myrung.Variable(np.array(values, dtype))


def jacobian(f, x):
    came = myrung.jacobian(f, x)
    expect_type("jacobian(f, x)", came, np.ndarray, look=myrung.jacobian)
    return came


def test_shape():
    for shape in (3,), (2, 3), ():
        x = variable(np.ones(shape))
        expect(f"jacobian(sin, x).shape, for x of shape {shape}", jacobian(myrung.sin, x).shape, shape + shape,
               look=myrung.jacobian)  # fmt: skip


def test_elementwise_is_diagonal():
    x = variable([0.0, 1.0, 2.0])
    expect("jacobian(sin, x) at [0, 1, 2]", jacobian(myrung.sin, x), np.diag(np.cos(x.data)), look=myrung.jacobian)
    x = variable([[1.0, 2.0], [3.0, 4.0]])
    came = jacobian(lambda x: x**3 / (1 + x), x).reshape(4, 4)
    flat = x.data.ravel()
    slopes = (3 * flat**2 + 2 * flat**3) / (1 + flat) ** 2
    expect("jacobian of x**3 / (1 + x) at [[1, 2], [3, 4]], as 4 x 4", came, np.diag(slopes), look=myrung.jacobian)


def test_outputs_first():
    came = jacobian(lambda x: Mix()(x), variable([1.0, 1.0, 1.0]))
    expect("jacobian of y = [x0 + 2 x1 + 3 x2, 4 x0 + 5 x1 + 6 x2]", came, Mix.table, look=myrung.jacobian)


def test_backward_is_the_sum_of_the_rows():
    x = variable([0.5, -1.0, 2.0])
    y = Mix()(x * x)
    y.backward()
    came = array_of(x.grad)
    rows = jacobian(lambda x: Mix()(x * x), x)
    expect("x.grad of y.backward(), against the sum of the rows of the Jacobian", came, rows.sum(axis=0),
           look=myrung.jacobian)  # fmt: skip


def test_x_stays_as_it_is():
    x = variable([1.0, 2.0])
    kept = x.grad = variable([7.0, 8.0])
    came = jacobian(myrung.exp, x)
    expect("jacobian(exp, x) at [1, 2], where x has a gradient of its own", came, np.diag(np.exp([1.0, 2.0])),
           look=myrung.jacobian)  # fmt: skip
    expect_same("x.grad after jacobian(f, x)", x.grad, kept, look=myrung.jacobian)


def test_float32_stays():
    came = jacobian(myrung.sin, variable([1.0, 2.0], np.float32))
    expect("the dtype of jacobian(sin, x), where x is float32", str(came.dtype), "float32", look=myrung.jacobian)
