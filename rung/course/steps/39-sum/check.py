import myrung
import numpy as np
from rung.course.testing import array_of, check_gradient, expect, expect_type, in_fresh_interpreter


def variable(values, dtype=float):
    return myrung.Variable(np.array(values, dtype))


def table():
    return variable([[1, 2, 3], [4, 5, 6]])


def test_sum():
    x = table()
    y = x.sum()
    expect_type("x.sum()", y, myrung.Variable, look=myrung.Sum)
    expect("x.sum() of [[1, 2, 3], [4, 5, 6]]", y.data, 21.0, look=myrung.Sum)
    expect("Sum()(x), the function itself", myrung.Sum()(x).data, 21.0, look=myrung.Sum)


def test_gradient_of_all():
    x = table()
    (x.sum() * 5).backward()
    expect("the gradient of 5 * x.sum(), for x of shape (2, 3)", array_of(x.grad), np.full((2, 3), 5.0),
           look=myrung.Sum)  # fmt: skip


def test_along_axes():
    x = table()
    for settings, expected in (
        ({"axis": 0}, [5, 7, 9]), ({"axis": 1}, [6, 15]), ({"axis": -1}, [6, 15]), ({"axis": (0, 1)}, 21),
        ({"axis": 0, "keepdims": True}, [[5, 7, 9]]), ({"axis": 1, "keepdims": True}, [[6], [15]]),
        ({"keepdims": True}, [[21]]),
    ):  # fmt: skip
        words = ", ".join(f"{name}={value}" for name, value in settings.items())
        expect(f"x.sum({words}) of [[1, 2, 3], [4, 5, 6]]", x.sum(**settings).data, np.array(expected, float),
               look=myrung.Sum)  # fmt: skip


def test_gradient_along_axes():
    for axis, keepdims, weights, expected in (
        (0, False, [10, 20], [[10, 20], [10, 20]]), (1, False, [10, 20], [[10, 10], [20, 20]]),
        (-1, False, [10, 20], [[10, 10], [20, 20]]), (1, True, [[10], [20]], [[10, 10], [20, 20]]),
        (0, True, [[10, 20]], [[10, 20], [10, 20]]),
    ):  # fmt: skip
        x = variable([[1, 2], [3, 4]])
        (x.sum(axis=axis, keepdims=keepdims) * np.array(weights, float)).backward()
        expect(f"the gradient of {weights} * x.sum(axis={axis}, keepdims={keepdims}), for x of shape (2, 2)",
               array_of(x.grad), np.array(expected, float), look=myrung.Sum)  # fmt: skip


def test_broadcast_to():
    x = variable([[1], [2]])
    y = myrung.broadcast_to(x, (2, 3))
    expect("broadcast_to([[1], [2]], (2, 3))", y.data, [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]], look=myrung.BroadcastTo)
    (y * np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])).backward()
    expect("the gradient of [[1, 2, 3], [4, 5, 6]] * broadcast_to(x, (2, 3)), for x of shape (2, 1)",
           array_of(x.grad), [[6.0], [15.0]], look=myrung.BroadcastTo)  # fmt: skip


def test_gradients_are_right():
    for axis in None, 0, 1, (0, 2), (-1, 0):
        for keepdims in False, True:
            check_gradient(lambda x, a=axis, k=keepdims: x.sum(axis=a, keepdims=k) ** 2, (2, 3, 4),
                           what=f"x.sum(axis={axis}, keepdims={keepdims}) ** 2", look=myrung.Sum)  # fmt: skip
    check_gradient(lambda x: myrung.broadcast_to(x, (2, 3, 4)) ** 2, (2, 1, 4),
                   what="broadcast_to(x, (2, 3, 4)) ** 2", look=myrung.BroadcastTo)  # fmt: skip


def test_twice():
    x, v = table(), variable([[1, 0, 2], [0, 1, 1]])
    came = array_of(myrung.hvp(lambda x: (x**3).sum(), [x], [v])[0])
    expect("hvp of (x ** 3).sum() at [[1, 2, 3], [4, 5, 6]]", came, 6 * x.data * v.data, look=myrung.Sum)
    came = array_of(myrung.hvp(lambda x: x.sum(axis=1) ** 2, [x], [v])[0])
    expect("hvp of x.sum(axis=1) ** 2", came, [[6.0, 6.0, 6.0], [4.0, 4.0, 4.0]], look=myrung.Sum)


def test_float32_stays():
    x = variable([[1, 2], [3, 4]], np.float32)
    y = x.sum()
    y.backward()
    expect("the dtype of x.sum(), where x is float32", str(y.dtype), "float32", look=myrung.Sum)
    expect("the dtype of x.grad", str(array_of(x.grad).dtype), "float32", look=myrung.Sum)


def test_pythons_sum_is_left_alone():
    came = in_fresh_interpreter("from myrung import *\nprint(sum([1, 2, 3]))").strip()
    expect("sum([1, 2, 3]), after 'from myrung import *'", came, "6")
