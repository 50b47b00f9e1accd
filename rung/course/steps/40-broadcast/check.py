import operator

import myrung
import numpy as np
from rung.course.testing import array_of, check_gradient, expect, expect_same, expect_type

SHAPES = ((), (1,), (3,), (1, 3), (2, 1), (1, 1))  # all of them fit to (2, 3)
LOOK = {"+": myrung.Add, "-": myrung.Sub, "*": myrung.Mul, "/": myrung.Div}
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def variable(values):
    return myrung.Variable(np.array(values, dtype=float))


def table():
    return variable([[1, 2, 3], [4, 5, 6]])


def test_bias_keeps_its_shape():
    x, b = table(), variable(1.0)
    (x + b).backward()
    expect("b.grad of y = x + b, for x of shape (2, 3) and b of shape ()", array_of(b.grad), 6.0, look=myrung.Add)
    x, b = table(), variable([1.0, 2.0, 3.0])
    (x + b).backward()
    expect("b.grad of y = x + b, for x of shape (2, 3) and b of shape (3,)", array_of(b.grad), [2.0, 2.0, 2.0],
           look=myrung.Add)  # fmt: skip
    expect("x.grad of the same", array_of(x.grad), np.ones((2, 3)), look=myrung.Add)


def test_sum_to():
    x = table()
    for shape, expected in (
        ((3,), [5, 7, 9]), ((1, 3), [[5, 7, 9]]), ((2, 1), [[6], [15]]), ((1, 1), [[21]]), ((1,), [21]), ((), 21),
        ((2, 3), [[1, 2, 3], [4, 5, 6]]),
    ):  # fmt: skip
        y = myrung.sum_to(x, shape)
        expect_type(f"sum_to(x, {shape})", y, myrung.Variable, look=myrung.sum_to)
        expect(f"sum_to(x, {shape}) of [[1, 2, 3], [4, 5, 6]]", y.data, np.array(expected, float), look=myrung.sum_to)
    expect("x.sum_to((3,)), as a method", x.sum_to((3,)).data, [5.0, 7.0, 9.0], look=myrung.sum_to)
    expect("sum_to(array, (3,))", myrung.sum_to(x.data, (3,)).data, [5.0, 7.0, 9.0], look=myrung.sum_to)
    expect_type("sum_to(array, (2, 3))", myrung.sum_to(x.data, (2, 3)), myrung.Variable, look=myrung.sum_to)
    deep = variable(np.arange(48.0).reshape(2, 2, 3, 4))
    expect("sum_to(x, (3, 1)), for x of shape (2, 2, 3, 4)", myrung.sum_to(deep, (3, 1)).data,
           deep.data.sum(axis=(0, 1, 3)).reshape(3, 1), look=myrung.sum_to)  # fmt: skip


def test_nothing_to_collect():
    x = table()
    expect_same("sum_to(x, (2, 3)), for x of this very shape", myrung.sum_to(x, (2, 3)), x, look=myrung.sum_to)


def test_broadcast_to_more_axes():
    x = variable([1.0, 2.0, 3.0])
    y = myrung.broadcast_to(x, (2, 3))
    (y * table()).backward()
    expect("the gradient of [[1, 2, 3], [4, 5, 6]] * broadcast_to(x, (2, 3)), for x of shape (3,)", array_of(x.grad),
           [5.0, 7.0, 9.0], look=myrung.BroadcastTo)  # fmt: skip
    x = variable(2.0)
    (myrung.broadcast_to(x, (2, 3)) * table()).backward()
    expect("the same for x of shape ()", array_of(x.grad), 21.0, look=myrung.BroadcastTo)


def test_adjoint():
    rng = np.random.default_rng(0)
    full = rng.standard_normal((2, 3))
    for shape in SHAPES:
        small = rng.standard_normal(shape)
        left = (myrung.broadcast_to(variable(small), full.shape).data * full).sum()
        right = (small * myrung.sum_to(variable(full), shape).data).sum()
        expect(f"(small * sum_to(full, {shape})).sum(), against (broadcast_to(small, (2, 3)) * full).sum()", right,
               left, look=myrung.sum_to)  # fmt: skip


def test_every_operator_on_every_side():
    for sign, f in OPERATORS.items():
        for shape in SHAPES:
            for left, right in ((2, 3), shape), (shape, (2, 3)):
                check_gradient(f, left, right, what=f"a {sign} b, for shapes {left} and {right},", look=LOOK[sign],
                               low=1.0, high=3.0)  # fmt: skip


def test_both_are_spread():
    for sign, f in OPERATORS.items():
        check_gradient(f, (2, 1), (1, 3), what=f"a {sign} b, for shapes (2, 1) and (1, 3),", look=LOOK[sign], low=1.0,
                       high=3.0)  # fmt: skip
        check_gradient(f, (2, 1, 4), (3, 1), what=f"a {sign} b, for shapes (2, 1, 4) and (3, 1),", look=LOOK[sign],
                       low=1.0, high=3.0)  # fmt: skip


def test_twice():
    x, v = variable([1.0, 2.0, 3.0]), variable([1.0, 0.0, 2.0])
    came = array_of(myrung.hvp(lambda x: (x * table()) ** 2, [x], [v])[0])
    squares = (table().data ** 2).sum(axis=0)
    expect("hvp of (x * [[1, 2, 3], [4, 5, 6]]) ** 2, for x of shape (3,)", came, 2 * squares * v.data,
           look=myrung.Mul)  # fmt: skip
    came = array_of(myrung.hvp(lambda x: myrung.sum_to(x + table(), (3,)) ** 2, [x], [v])[0])
    expect("hvp of sum_to(x + [[1, 2, 3], [4, 5, 6]], (3,)) ** 2", came, 8 * v.data, look=myrung.sum_to)
