import myrung
import numpy as np
from rung.course.testing import check_gradient, expect, expect_raises


def variable(*values):
    return myrung.Variable(np.array(*values))


class Times(myrung.Function):
    def forward(self, x0, x1):
        self.x0, self.x1 = x0, x1
        return x0 * x1

    def backward(self, gy):
        return self.x1 * gy, self.x0 * gy


class SumAndDifference(myrung.Function):
    def forward(self, x0, x1):
        return x0 + x1, x0 - x1

    def backward(self, gy0, gy1):
        return gy0 + gy1, gy0 - gy1


def test_chain_is_back():
    x = variable(0.5)
    y = myrung.square(myrung.exp(myrung.square(x)))
    y.backward()
    expect("x.grad of y = square(exp(square(x))) at x = 0.5", x.grad, 3.297442541, look=myrung.Variable.backward)


def test_add():
    x0, x1 = variable([2.0, 3.0]), variable([4.0, 5.0])
    y = myrung.add(x0, x1)
    y.grad = np.array([10.0, 20.0])
    y.backward()
    expect("x0.grad of y = add(x0, x1), where y.grad = [10, 20]", x0.grad, np.array([10.0, 20.0]), look=myrung.Add)
    expect("x1.grad of y = add(x0, x1), where y.grad = [10, 20]", x1.grad, np.array([10.0, 20.0]), look=myrung.Add)


def test_both_branches():
    x, y = variable(2.0), variable(3.0)
    z = myrung.add(myrung.square(x), myrung.square(y))
    z.backward()
    expect("z.data of z = x ** 2 + y ** 2 at x = 2, y = 3", z.data, 13.0, look=myrung.add)
    expect("x.grad", x.grad, 4.0, look=myrung.Variable.backward)
    expect("y.grad", y.grad, 6.0, look=myrung.Variable.backward)


def test_to_each_its_own():
    x0, x1 = variable(2.0), variable(5.0)
    y = Times()(x0, x1)
    y.backward()
    expect("x0.grad of y = x0 * x1 at 2 and 5", x0.grad, 5.0, look=myrung.Variable.backward)
    expect("x1.grad of y = x0 * x1 at 2 and 5", x1.grad, 2.0, look=myrung.Variable.backward)


def test_several_outputs():
    x0, x1 = variable(2.0), variable(5.0)
    y0, y1 = SumAndDifference()(x0, x1)
    y0.grad, y1.grad = np.array(1.0), np.array(10.0)
    y0.backward()
    expect(
        "x0.grad of (x0 + x1, x0 - x1), whose gradients are 1 and 10", x0.grad, 11.0, look=myrung.Variable.backward
    )
    expect("x1.grad of the same", x1.grad, -9.0, look=myrung.Variable.backward)


def test_too_few_gradients():
    class Forgetful(myrung.Function):
        def forward(self, x0, x1):
            return x0 + x1

        def backward(self, gy):
            return gy

    y = Forgetful()(variable(1.0), variable(2.0))
    expect_raises("backward of a function that has two inputs and returns one gradient", ValueError, y.backward,
                  look=myrung.Variable.backward)  # fmt: skip


def test_deep_branches():
    x, y, z = variable(1.0), variable(0.5), variable(2.0)
    out = myrung.add(myrung.exp(myrung.square(x)), myrung.add(myrung.square(myrung.exp(y)), myrung.square(z)))
    out.backward()
    for name, v, expected in ("x", x, 2 * np.e), ("y", y, 2 * np.e), ("z", z, 4.0):
        expect(f"{name}.grad of exp(x ** 2) + exp(y) ** 2 + z ** 2", v.grad, expected, look=myrung.Variable.backward)


def test_gradients_are_right():
    check_gradient(myrung.add, what="add", look=myrung.Add)
    check_gradient(myrung.square, what="square", look=myrung.Square)
    check_gradient(myrung.exp, what="exp", look=myrung.Exp)
    check_gradient(lambda x, y: myrung.square(myrung.add(myrung.exp(x), myrung.square(y))),
                   what="(exp(x) + y ** 2) ** 2", look=myrung.Variable.backward, low=-1, high=1)  # fmt: skip
