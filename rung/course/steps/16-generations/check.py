import myrung
import numpy as np
from rung.course.testing import Unmet, check_gradient, expect


def variable(*values):
    return myrung.Variable(np.array(*values))


class Watched(myrung.Function):
    """y = the sum of the inputs; notes each visit of backward, and stops a walk that never ends."""

    visits = []

    def __init__(self, name="?", limit=1000):
        self.name, self.limit = name, limit

    def forward(self, *xs):
        self.count = len(xs)
        return sum(xs) + 0.0

    def backward(self, gy):
        self.visits.append(self.name)
        if len(self.visits) > self.limit:
            raise Unmet("the number of visits of backward", f"at most {self.limit}", "more", myrung.Variable.backward)
        return gy if self.count == 1 else (gy,) * self.count


def test_leaf():
    expect("the generation of a Variable that you made yourself", variable(1.0).generation, 0, look=myrung.Variable)


def test_chain():
    x = variable(0.5)
    a = myrung.square(x)
    y = myrung.exp(a)
    expect("a.generation, where a = square(x)", a.generation, 1, look=myrung.Variable.set_creator)
    expect("y.generation, where y = exp(a)", y.generation, 2, look=myrung.Variable.set_creator)
    expect("y.creator.generation", y.creator.generation, 1, look=myrung.Function)


def test_youngest_input_counts():
    x = variable(1.0)
    a = myrung.square(myrung.square(x))
    for what, y in ("add(a, x)", myrung.add(a, x)), ("add(x, a)", myrung.add(x, a)):
        expect(
            f"the generation of {what}, where a has generation 2 and x has 0", y.generation, 3, look=myrung.Function
        )


def test_diamond():
    x = variable(2.0)
    a = myrung.square(x)
    y = myrung.add(myrung.square(a), myrung.square(a))
    y.backward()
    expect("x.grad of y = (x ** 2) ** 2 + (x ** 2) ** 2 at x = 2", x.grad, 64.0, look=myrung.Variable.backward)


def test_branches_of_different_length():
    for swap in False, True:
        x = variable(1.0)
        a = myrung.square(x)
        long = myrung.square(myrung.square(myrung.square(a)))
        y = myrung.add(a, long) if swap else myrung.add(long, a)
        y.backward()
        what = "a + ((a ** 2) ** 2) ** 2" if swap else "((a ** 2) ** 2) ** 2 + a"
        expect(f"x.grad of y = {what}, where a = x ** 2, at x = 1", x.grad, 18.0, look=myrung.Variable.backward)


def test_everyone_once():
    Watched.visits = []
    x = variable(1.0)
    a = Watched("a")(x)
    b, c = Watched("b")(a), Watched("c")(a)
    d = Watched("d")(c)
    Watched("e")(b, d, a).backward()
    expect("the number of visits in a graph of five functions", len(Watched.visits), 5, look=myrung.Variable.backward)
    order = Watched.visits
    expect(
        "the first function that backward visits, and the last", order[0] + order[-1], "ea", myrung.Variable.backward
    )
    expect("whether d comes before c", order.index("d") < order.index("c"), True, look=myrung.Variable.backward)
    expect("x.grad: x reaches the end in three ways", x.grad, 3.0, look=myrung.Variable.backward)


def test_thirty_diamonds():
    Watched.visits = []
    x = variable(1.0)
    a = x
    for _ in range(30):
        a = Watched()(a, a)
    a.backward()
    expect("x.grad after thirty times a = a + a", x.grad, 2.0**30, look=myrung.Variable.backward)
    expect("the number of visits for thirty functions", len(Watched.visits), 30, look=myrung.Variable.backward)


def test_from_a_leaf():
    x = variable(2.0)
    x.backward()
    expect("x.grad after x.backward(), where nothing was computed", x.grad, 1.0, look=myrung.Variable.backward)


def test_gradients_are_right():
    def tangled(x, y):
        a = myrung.add(x, y)
        b = myrung.square(a)
        c = myrung.exp(myrung.add(b, x))
        return myrung.add(myrung.add(c, myrung.square(c)), myrung.add(a, b))

    check_gradient(
        tangled, what="a tangle of forks", look=myrung.Variable.backward, low=-0.5, high=0.5, tolerance=1e-4
    )
