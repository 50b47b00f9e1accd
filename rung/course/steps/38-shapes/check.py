import myrung
import numpy as np
from rung.course.testing import array_of, check_gradient, expect, expect_type


def variable(values):
    return myrung.Variable(np.array(values, dtype=float))


def table(*shape):
    return variable(np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape))


def gradient(f, x):
    """What arrives at x when f(x) is multiplied by 1, 2, 3, … and differentiated."""
    y = f(x)
    x.cleargrad()
    (y * np.arange(1.0, 1.0 + y.size).reshape(y.shape)).backward()
    return array_of(x.grad)


def test_reshape():
    x = table(2, 3)
    y = myrung.reshape(x, (3, 2))
    expect_type("reshape(x, (3, 2))", y, myrung.Variable, look=myrung.reshape)
    expect("reshape(x, (3, 2)) of [[1, 2, 3], [4, 5, 6]]", y.data, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
           look=myrung.reshape)  # fmt: skip
    expect("reshape(x, (2, -1)).shape, for x of shape (3, 2)", myrung.reshape(y, (2, -1)).shape, (2, 3),
           look=myrung.reshape)  # fmt: skip


def test_reshape_backward():
    for shape in (3, 2), (6,), (1, 6, 1):
        came = gradient(lambda x, shape=shape: myrung.reshape(x, shape), table(2, 3))
        expect(f"the gradient of [1, … 6] * reshape(x, {shape}), for x of shape (2, 3)", came,
               np.arange(1.0, 7.0).reshape(2, 3), look=myrung.Reshape)  # fmt: skip


def test_transpose():
    x = table(2, 3)
    y = myrung.transpose(x)
    expect_type("transpose(x)", y, myrung.Variable, look=myrung.transpose)
    expect("transpose(x) of [[1, 2, 3], [4, 5, 6]]", y.data, [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]],
           look=myrung.Transpose)  # fmt: skip
    expect("transpose(x).shape, for x of shape (2, 3, 4)", myrung.transpose(table(2, 3, 4)).shape, (4, 3, 2),
           look=myrung.Transpose)  # fmt: skip


def test_transpose_backward():
    came = gradient(myrung.transpose, table(2, 3))
    expect("the gradient of [[1, 2], [3, 4], [5, 6]] * transpose(x), for x of shape (2, 3)", came,
           [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]], look=myrung.Transpose)  # fmt: skip


def test_axes_in_any_order():
    x = table(2, 3, 4)
    for axes in (1, 2, 0), (2, 0, 1), (0, 2, 1), (-1, 0, 1), (1, -1, -3):
        y = myrung.transpose(x, axes)
        expect(f"transpose(x, {axes}), for x of shape (2, 3, 4)", y.data, x.data.transpose(axes),
               look=myrung.Transpose)  # fmt: skip
        seed = np.arange(1.0, 25.0).reshape(y.shape)
        back = np.empty(x.shape)
        back.transpose(axes)[...] = seed
        came = gradient(lambda x, axes=axes: myrung.transpose(x, axes), x)
        expect(f"the gradient of [1, … 24] * transpose(x, {axes}), for x of shape (2, 3, 4)", came, back,
               look=myrung.Transpose)  # fmt: skip


def test_methods():
    x = table(2, 3)
    for what, y in {
        "x.reshape(3, 2)": x.reshape(3, 2), "x.reshape((3, 2))": x.reshape((3, 2)), "x.reshape([3, 2])":
        x.reshape([3, 2]), "x.reshape(-1, 2)": x.reshape(-1, 2), "x.T": x.T, "x.transpose()": x.transpose(),
        "x.transpose(1, 0)": x.transpose(1, 0), "x.transpose((1, 0))": x.transpose((1, 0)), "x.transpose([1, 0])":
        x.transpose([1, 0]), "x.transpose(None)": x.transpose(None),
    }.items():  # fmt: skip
        expect_type(what, y, myrung.Variable, look=myrung.Variable)
        expect(f"{what}.shape, for x of shape (2, 3)", y.shape, (3, 2), look=myrung.Variable)
    expect("x.reshape(6).shape", x.reshape(6).shape, (6,), look=myrung.Variable)
    expect("x.transpose(0, 1).shape", x.transpose(0, 1).shape, (2, 3), look=myrung.Variable)
    expect("x.T.shape, for x of shape (2, 3, 4)", table(2, 3, 4).T.shape, (4, 3, 2), look=myrung.Variable)


def test_gradients_are_right():
    check_gradient(lambda x: x.T * x.reshape(3, 2), (2, 3), what="x.T * x.reshape(3, 2)", look=myrung.Transpose)
    check_gradient(lambda x: x.transpose(2, 0, 1) ** 2, (2, 3, 4), what="x.transpose(2, 0, 1) ** 2",
                   look=myrung.Transpose)  # fmt: skip


def test_twice():
    x, v = table(2, 3), table(2, 3)
    for what, f in {
        "reshape": lambda x: x.reshape(6) ** 3, "T": lambda x: x.T**3, "transpose": lambda x: x.transpose(1, 0) ** 3,
    }.items():  # fmt: skip
        came = array_of(myrung.hvp(f, [x], [v])[0])
        look = myrung.Reshape if what == "reshape" else myrung.Transpose
        expect(f"the gradient of the gradient of x ** 3, through {what}", came, 6 * x.data * v.data, look=look)
