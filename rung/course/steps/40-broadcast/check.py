import importlib

import myrung
import numpy as np
from rung.course.testing import Unmet, check_gradient, expect, expect_same, expect_type, random_arrays

SHAPES = [((2, 3), (3,)), ((2, 3), (1, 3)), ((2, 3), (2, 1)), ((2, 3), ()), ((2, 1), (1, 3)), ((3,), (4, 2, 3))]


def sum_to():
    if not hasattr(myrung, "sum_to"):
        raise Unmet("myrung.sum_to", "a function", "nothing of that name")
    return myrung.sum_to


def weighted(y, seed=5):
    """Each element of y times a weight of its own, so that no two gradients are alike."""
    return y * random_arrays(y.shape, seed=seed)[0]


def table():
    return myrung.Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))


def operator(name, f, low=-2.0):
    """The gradients of an operator for shapes that do not match; each in the shape of its own operand."""
    look = getattr(myrung, name).backward
    for left, right in SHAPES:
        for shapes in (left, right), (right, left):
            x, y = (myrung.Variable(a) for a in random_arrays(*shapes, low=max(low, 0.5)))
            weighted(f(x, y)).backward()
            for which, v in ("left", x), ("right", y):
                expect(f"the shape of the gradient of the {which} operand of {name}, shapes {shapes[0]} and {shapes[1]}",
                       v.grad.shape, v.shape, look=look)  # fmt: skip
            check_gradient(lambda x, y: weighted(f(x, y)), *shapes, low=low, look=look,
                           what=f"{name}, shapes {shapes[0]} and {shapes[1]}, weighted")  # fmt: skip


def test_sum_to():
    wanted = {
        (1, 3): [[5.0, 7, 9]], (2, 1): [[6.0], [15]], (1, 1): [[21.0]], (3,): [5.0, 7, 9], (1,): [21.0], (): 21.0,
    }  # fmt: skip
    for shape, values in wanted.items():
        y = sum_to()(table(), shape)
        expect_type(f"sum_to(x, {shape})", y, myrung.Variable, look=sum_to())
        expect(f"sum_to(x, {shape}).data, x = [[1, 2, 3], [4, 5, 6]]", y.data, np.array(values), look=sum_to())


def test_sum_to_several_axes():
    (array,) = random_arrays((4, 2, 1, 3))
    for shape in (2, 1, 3), (2, 1, 1), (1, 1), (4, 1, 1, 3), (1, 2, 1, 3), (1,):
        lead = 4 - len(shape)
        axes = tuple(range(lead)) + tuple(i + lead for i, n in enumerate(shape) if n == 1)
        expect(f"sum_to(x, {shape}).data, x of shape (4, 2, 1, 3)", sum_to()(myrung.Variable(array), shape).data,
               array.sum(axis=axes).reshape(shape), look=sum_to())  # fmt: skip


def test_nothing_to_do():
    x = table()
    expect_same("sum_to(x, x.shape): there is nothing to add, so it is x itself", sum_to()(x, (2, 3)), x, look=sum_to())


def test_sum_to_backward():
    for shape in (1, 3), (2, 1), (3,), (1,), ():
        check_gradient(lambda x, s=shape: weighted(sum_to()(x * x, s)), (2, 3), what=f"sum_to(x * x, {shape}), weighted",
                       look=sum_to())  # fmt: skip


def test_broadcast_to_backward():
    look = myrung.BroadcastTo.backward
    for shape in (3,), (1,), (), (1, 3), (2, 1):
        check_gradient(lambda x: weighted(myrung.broadcast_to(x * x, (4, 2, 3))), shape, look=look,
                       what=f"broadcast_to(x * x, (4, 2, 3)), x of shape {shape}, weighted")  # fmt: skip


def test_add():
    operator("Add", lambda x, y: x + y)


def test_sub():
    operator("Sub", lambda x, y: x - y)


def test_mul():
    operator("Mul", lambda x, y: x * y)


def test_div():
    operator("Div", lambda x, y: x / y, low=0.5)


def test_with_numbers():
    x = table()
    (((x + 1) * 2 - 3) / 4).backward()
    expect("x.grad of ((x + 1) * 2 - 3) / 4", x.grad, np.full((2, 3), 0.5), look=myrung.Add.backward)


def test_a_row_and_a_table():
    x, b = table(), myrung.Variable(np.array([10.0, 20.0, 30.0]))
    (x + b).backward()
    expect("b.grad of y = x + b, where b is added to both rows of x", b.grad, np.array([2.0, 2, 2]),
           look=myrung.Add.backward)  # fmt: skip
    expect("x.grad of it", x.grad, np.ones((2, 3)), look=myrung.Add.backward)


def test_second_derivative():
    b = myrung.Variable(np.array([1.0, 2.0, 3.0]))
    x = table()
    y = x * b * b / (b + 1) - b
    y.backward(create_graph=True)
    gb = b.grad
    b.cleargrad()
    x.cleargrad()
    gb.backward()
    column = x.data.sum(axis=0)
    expect("the second derivative of x * b * b / (b + 1) - b in b, a row", b.grad.data, column * 2 / (b.data + 1) ** 3,
           look=myrung.Mul.backward)  # fmt: skip
    expect("x.grad of the slope in b", x.grad.data, np.tile((b.data**2 + 2 * b.data) / (b.data + 1) ** 2, (2, 1)),
           look=myrung.Mul.backward)  # fmt: skip


def test_still_no_circle_of_files():
    core = importlib.import_module("myrung.core")
    borrowed = [name for name in ("sum_to", "sum", "reshape", "broadcast_to") if name in vars(core)]
    expect("what core.py has from the floor above", borrowed, [], look=core.Variable)
    if not hasattr(core.Variable, "sum_to"):
        raise Unmet("Variable.sum_to", "a method", "nothing of that name", core.Variable)
    expect("x.sum_to((1, 3)).data", table().sum_to((1, 3)).data, np.array([[5.0, 7, 9]]), look=sum_to())
