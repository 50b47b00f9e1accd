import sys

import myrung
import numpy as np
from rung.course.testing import Unmet, check_gradient, expect, look_at


def variable(*values):
    return myrung.Variable(np.array(*values))


class Same(myrung.Function):
    """y = x, whose gradient stays what it is."""

    def forward(self, x):
        return np.array(x)

    def backward(self, gy):
        return gy


def chain(x):
    return myrung.Square()(myrung.Exp()(myrung.Square()(x)))


def backward(y):
    y.grad = np.ones_like(y.data)
    y.backward()


def long_chain(x, length):
    y = x
    for _ in range(length):
        y = Same()(y)
    return y


def unchain(y, length):
    """Take a long chain apart link by link, so that Python need not."""
    while y is not None and y.creator is not None:
        f, y.creator = y.creator, None
        y = f.input if hasattr(f, "input") else f.inputs[0]


def test_long_chain():
    limit = sys.getrecursionlimit()
    x = variable(2.0)
    y = long_chain(x, 5000)
    y.grad = np.array(1.0)
    try:
        y.backward()
    except RecursionError:
        raise Unmet("y.backward() through a chain of 5,000 functions", "a gradient", "a RecursionError",
                    look=myrung.Variable.backward) from None  # fmt: skip
    finally:
        sys.setrecursionlimit(limit)
        unchain(y, 5000)
    expect("x.grad through 5,000 functions y = x", x.grad, 1.0, look=myrung.Variable.backward)


def test_no_deeper_than_before():
    limit = sys.getrecursionlimit()
    depths = []

    class Deep(Same):
        def backward(self, gy):
            frame, depth = sys._getframe(), 0
            while frame is not None:
                frame, depth = frame.f_back, depth + 1
            depths.append(depth)
            return gy

    x = variable(1.0)
    y = x
    for _ in range(20):
        y = Deep()(y)
    backward(y)
    if max(depths) - min(depths) > 3:
        raise Unmet("the number of calls inside calls, from the last function of a chain of 20 to its first",
                    "the same for all", f"a growth by {max(depths) - min(depths)}",
                    look=myrung.Variable.backward)  # fmt: skip
    expect("sys.getrecursionlimit(), before and after", sys.getrecursionlimit(), limit, look=myrung.Variable.backward)


def test_each_function_once():
    visits = []

    class Noting(Same):
        def backward(self, gy):
            visits.append(self)
            return gy

    functions = [Noting() for _ in range(4)]
    y = variable(1.0)
    for f in functions:
        y = f(y)
    backward(y)
    came = [functions.index(f) for f in visits]
    expect("the order in which backward visits a chain of four", came, [3, 2, 1, 0], look=myrung.Variable.backward)


def test_same_gradients_as_before():
    check_gradient(chain, what="exp(x ** 2) ** 2", look=myrung.Variable.backward, backward=backward, low=-1, high=1)


def test_leaf_is_the_end():
    x = variable(2.0)
    x.grad = np.array(1.0)
    with look_at(myrung.Variable.backward):
        x.backward()
    expect("x.grad after x.backward(), where nothing was computed", x.grad, 1.0, look=myrung.Variable.backward)


def test_from_the_middle():
    x = variable(3.0)
    a = myrung.Square()(x)
    y = myrung.Exp()(a)
    backward(a)
    expect("x.grad after a.backward(), where a = x ** 2 at x = 3 is in the middle", x.grad, 6.0,
           look=myrung.Variable.backward)  # fmt: skip
    expect("y.grad, which lies behind a", y.grad is None, True, look=myrung.Variable.backward)
