import builtins
import importlib

import myrung
import numpy as np
from rung.course.testing import Unmet, check_gradient, expect, expect_same, expect_type, in_fresh_interpreter, random_arrays


def named(name):
    functions = importlib.import_module("myrung.functions")
    found = vars(functions).get(name)
    if found is None:
        raise Unmet(f"functions.py, for the name {name}", "its definition", "nothing of that name")
    return found


def table():
    return myrung.Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))


def weighted(y, seed=5):
    """Each element of y times a weight of its own, so that no two gradients are alike."""
    return y * random_arrays(y.shape, seed=seed)[0]


def again(f, shape, what, look):
    """The gradient of a gradient, against differences of the first."""
    (array,) = random_arrays(shape)

    def slope(x):
        x = myrung.Variable(x)
        weighted(f(x)).backward()
        return (x.grad.data * random_arrays(shape, seed=6)[0]).sum()

    x = myrung.Variable(array.copy())
    weighted(f(x)).backward(create_graph=True)
    gx = x.grad
    x.cleargrad()
    weighted(gx, seed=6).backward()
    wanted = np.zeros(shape)
    for i in np.ndindex(shape):
        move = np.zeros(shape)
        move[i] = 1e-5
        wanted[i] = (slope(array + move) - slope(array - move)) / 2e-5
    if x.grad is None:
        raise Unmet(f"the gradient of the gradient of {what}", "an array", "None", look)
    expect(f"the gradient of the gradient of {what}", x.grad.data, wanted, look=look, tolerance=1e-4)


def test_sum():
    y = named("sum")(table())
    expect_type("sum(x)", y, myrung.Variable, look=named("sum"))
    expect("sum(x).data, x = [[1, 2, 3], [4, 5, 6]]", y.data, 21.0, look=named("sum"))


def test_axis():
    for axis, wanted in {0: [5.0, 7, 9], 1: [6.0, 15], -1: [6.0, 15], (0, 1): 21.0}.items():
        y = named("sum")(table(), axis=axis)
        expect(f"sum(x, axis={axis}).data", y.data, np.array(wanted), look=named("sum"))


def test_keepdims():
    for axis, shape in {0: (1, 3), 1: (2, 1), None: (1, 1), (0, -1): (1, 1)}.items():
        y = named("sum")(table(), axis=axis, keepdims=True)
        expect(f"sum(x, axis={axis}, keepdims=True).shape", y.shape, shape, look=named("sum"))


def test_length_one_stays():
    x = myrung.Variable(np.ones((1, 3, 1)))
    expect("sum(x, axis=1).shape, x of shape (1, 3, 1)", named("sum")(x, axis=1).shape, (1, 1), look=named("sum"))


def test_backward():
    x = table()
    named("sum")(x).backward()
    expect("x.grad of y = sum(x): every x counts once", x.grad, np.ones((2, 3)), look=named("Sum"))
    check_gradient(lambda x: named("sum")(x * x), what="sum(x * x)", look=named("Sum"))


def test_backward_along_axes():
    for axis in 0, 1, -1, (0, 2), (-1, 0):
        for keepdims in False, True:
            check_gradient(lambda x, a=axis, k=keepdims: weighted(named("sum")(x * x, a, k)), (2, 3, 4),
                           what=f"sum(x * x, {axis}, keepdims={keepdims}), weighted", look=named("Sum"))  # fmt: skip


def test_broadcast_to():
    broadcast_to = named("broadcast_to")
    y = broadcast_to(myrung.Variable(np.array([[1.0], [2.0]])), (2, 3))
    expect("broadcast_to(x, (2, 3)).data, x = [[1], [2]]", y.data, np.array([[1.0, 1, 1], [2, 2, 2]]), look=broadcast_to)


def test_broadcast_to_backward():
    broadcast_to = named("broadcast_to")
    x = myrung.Variable(np.array([[1.0], [2.0]]))
    y = broadcast_to(x, (2, 3))
    y.grad = myrung.Variable(np.array([[1.0, 2, 3], [4, 5, 6]]))
    y.backward()
    expect("x.grad, where three copies of each got the gradients [1, 2, 3] and [4, 5, 6]", x.grad,
           np.array([[6.0], [15.0]]), look=named("BroadcastTo"))  # fmt: skip
    for shape in (1, 3), (2, 1), (1, 1), (2, 3):
        check_gradient(lambda x: weighted(broadcast_to(x * x, (2, 3))), shape,
                       what=f"broadcast_to(x * x, (2, 3)), x of shape {shape}", look=named("BroadcastTo"))  # fmt: skip


def test_twice():
    again(lambda x: named("sum")(x * x * x, axis=0), (2, 3), "sum(x ** 3, axis=0)", named("Sum"))
    again(lambda x: named("broadcast_to")(x * x * x, (2, 3)), (1, 3), "broadcast_to(x ** 3, (2, 3))", named("BroadcastTo"))
    square = lambda y: y * y  # noqa: E731
    again(lambda x: square(named("sum")(x * x, axis=1, keepdims=True)), (2, 3), "sum(x * x, axis=1) ** 2", named("Sum"))


def test_method():
    if not hasattr(myrung.Variable, "sum"):
        raise Unmet("Variable.sum", "a method", "nothing of that name", myrung.Variable)
    expect("x.sum().data", table().sum().data, 21.0, look=named("sum"))
    expect("x.sum(axis=1, keepdims=True).data", table().sum(axis=1, keepdims=True).data, np.array([[6.0], [15.0]]),
           look=named("sum"))  # fmt: skip
    expect("x.sum(0).data", table().sum(0).data, np.array([5.0, 7, 9]), look=named("sum"))


def test_pythons_own_sum():
    came = in_fresh_interpreter("from myrung import *\nprint(sum([1, 2, 3]))").strip()
    expect("sum([1, 2, 3]) after 'from myrung import *'", came, "6")
    expect_same("the sum of builtins", builtins.sum, sum)
    missing = [name for name in ("Sum", "BroadcastTo", "broadcast_to") if not hasattr(myrung, name)]
    expect("the names that are missing in __init__.py", missing, [])
