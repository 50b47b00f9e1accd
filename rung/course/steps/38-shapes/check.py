import myrung
import numpy as np
from rung.course.testing import Unmet, check_gradient, expect, expect_type, random_arrays


def named(name):
    if not hasattr(myrung, name):
        raise Unmet(f"myrung.{name}", "a function", "nothing of that name")
    return getattr(myrung, name)


def method(name):
    if not hasattr(myrung.Variable, name):
        raise Unmet(f"Variable.{name}", "a method or a property", "nothing of that name", myrung.Variable)
    return getattr(myrung.Variable, name)


def table():
    return myrung.Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))


def weighted(y, seed=5):
    """Each element of y times a weight of its own, so that no two gradients are alike."""
    return y * random_arrays(y.shape, seed=seed)[0]


def test_reshape():
    y = named("reshape")(table(), (3, 2))
    expect("reshape(x, (3, 2)).data", y.data, np.array([[1.0, 2], [3, 4], [5, 6]]), look=named("reshape"))
    y = named("reshape")(table(), (6,))
    expect("reshape(x, (6,)).data", y.data, np.arange(1.0, 7), look=named("reshape"))
    expect("reshape(x, (-1, 2)).shape", named("reshape")(table(), (-1, 2)).shape, (3, 2), look=named("reshape"))


def test_reshape_backward():
    reshape = named("reshape")
    x = table()
    y = reshape(x, (6,))
    y.grad = myrung.Variable(np.arange(6.0))
    y.backward()
    expect("x.grad, where y = reshape(x, (6,)) has the gradient [0, 1, 2, 3, 4, 5]", x.grad,
           np.array([[0.0, 1, 2], [3, 4, 5]]), look=reshape)  # fmt: skip
    check_gradient(lambda x: weighted(reshape(x * x, (4, 3))), (2, 6), what="reshape(x * x, (4, 3)), weighted", look=reshape)


def test_transpose():
    transpose = named("transpose")
    expect("transpose(x).data", transpose(table()).data, np.array([[1.0, 4], [2, 5], [3, 6]]), look=transpose)
    x = myrung.Variable(np.zeros((2, 3, 4)))
    expect("transpose(x).shape, x of shape (2, 3, 4)", transpose(x).shape, (4, 3, 2), look=transpose)
    expect("transpose(x, (1, 2, 0)).shape", transpose(x, (1, 2, 0)).shape, (3, 4, 2), look=transpose)


def test_transpose_backward():
    transpose = named("transpose")
    check_gradient(lambda x: weighted(transpose(x * x)), (2, 3), what="transpose(x * x), weighted", look=transpose)
    for axes in (1, 0, 2), (1, 2, 0), (2, 0, 1):
        check_gradient(lambda x, axes=axes: weighted(transpose(x * x, axes)), (2, 3, 4),
                       what=f"transpose(x * x, {axes}), weighted", look=transpose)  # fmt: skip


def test_axes_from_the_end():
    transpose = named("transpose")
    for axes in (0, -1, 1), (-1, 0, 1), (-2, -1, -3):
        check_gradient(lambda x, axes=axes: weighted(transpose(x * x, axes)), (2, 3, 4),
                       what=f"transpose(x * x, {axes}), weighted", look=transpose)  # fmt: skip


def test_reshape_as_method():
    reshape = method("reshape")
    for what, y in {"x.reshape((3, 2))": table().reshape((3, 2)), "x.reshape(3, 2)": table().reshape(3, 2),
                    "x.reshape([3, 2])": table().reshape([3, 2]), "x.reshape(-1, 2)": table().reshape(-1, 2)}.items():  # fmt: skip
        expect_type(what, y, myrung.Variable, look=reshape)
        expect(f"{what}.shape", y.shape, (3, 2), look=reshape)
    expect("x.reshape(6).shape", table().reshape(6).shape, (6,), look=reshape)


def test_transpose_as_method():
    transpose = method("transpose")
    x = myrung.Variable(np.arange(24.0).reshape(2, 3, 4))
    ways = {
        "x.transpose()": (x.transpose(), (4, 3, 2)), "x.transpose(1, 2, 0)": (x.transpose(1, 2, 0), (3, 4, 2)),
        "x.transpose((1, 2, 0))": (x.transpose((1, 2, 0)), (3, 4, 2)), "x.transpose(None)": (x.transpose(None), (4, 3, 2)),
    }  # fmt: skip
    for what, (y, shape) in ways.items():
        expect(f"{what}.shape, x of shape (2, 3, 4)", y.shape, shape, look=transpose)
    method("T")
    expect_type("x.T", x.T, myrung.Variable, look=myrung.Variable)
    expect("x.T.shape", x.T.shape, (4, 3, 2), look=myrung.Variable)


def test_methods_are_recorded():
    method("T")
    check_gradient(lambda x: weighted(x.reshape(3, 2) * x.T), (2, 3), what="x.reshape(3, 2) * x.T, weighted",
                   look=myrung.Variable)  # fmt: skip


def test_second_derivative():
    x = table()
    y = weighted(x.T.reshape(2, 3) * x * x)
    y.backward(create_graph=True)
    slope = x.grad
    x.cleargrad()
    weighted(slope, seed=6).backward()

    def along(array):
        v = myrung.Variable(array)
        weighted(v.T.reshape(2, 3) * v * v).backward()
        return (v.grad.data * random_arrays((2, 3), seed=6)[0]).sum()

    wanted, step = np.zeros((2, 3)), 1e-5
    for i in np.ndindex(2, 3):
        move = np.zeros((2, 3))
        move[i] = step
        wanted[i] = (along(table().data + move) - along(table().data - move)) / (2 * step)
    expect("the gradient of the gradient of x.T.reshape(2, 3) * x * x", x.grad.data, wanted, look=named("transpose"),
           tolerance=1e-4)  # fmt: skip


def test_guests():
    y = named("reshape")(np.arange(4.0), (2, 2))
    expect_type("reshape of an array", y, myrung.Variable, look=named("reshape"))
    expect("its shape", y.shape, (2, 2), look=named("reshape"))
