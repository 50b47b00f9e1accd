import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_same, random_arrays


def variable(*values):
    return myrung.Variable(np.array(*values))


class Sum(myrung.Function):
    """All elements together: a function that mixes them."""

    def forward(self, x):
        self.shape = x.shape
        return x.sum()

    def backward(self, gy):
        return np.full(self.shape, gy)


class RunningSum(myrung.Function):
    def forward(self, x):
        return np.cumsum(x)

    def backward(self, gy):
        return np.cumsum(gy[::-1])[::-1]


def broken(slope):
    """A square whose backward is wrong in some way."""

    class Broken(myrung.Function):
        def forward(self, x):
            self.x = x
            return x**2

        def backward(self, gy):
            return slope(self.x, gy)

    return lambda x: Broken()(x)


def verdict(f, x):
    return bool(myrung.gradient_check(f, x))


def test_measures_a_sum():
    came = myrung.numerical_diff(lambda x: Sum()(x), variable([1.0, 2.0, 3.0]))
    expect(
        "numerical_diff of the sum of [1, 2, 3]: each element counts once", came, np.ones(3), myrung.numerical_diff
    )


def test_measures_a_running_sum():
    came = myrung.numerical_diff(lambda x: RunningSum()(x), variable([1.0, 2.0, 3.0]))
    expect("numerical_diff of the running sum of [1, 2, 3]: the first element is in all three results", came,
           np.array([3.0, 2.0, 1.0]), look=myrung.numerical_diff)  # fmt: skip


def test_measures_tables():
    came = myrung.numerical_diff(myrung.square, variable([[1.0, -2.0], [0.5, 0.0]]))
    expect(
        "numerical_diff of square at four places", came, np.array([[2.0, -4.0], [1.0, 0.0]]), myrung.numerical_diff
    )
    came = myrung.numerical_diff(myrung.square, variable(3.0))
    expect("numerical_diff of square at 3", came, 6.0, look=myrung.numerical_diff)


def test_right_functions_pass():
    for shape in (), (3,), (2, 3):
        (x,) = random_arrays(shape, low=-1)
        for f in myrung.square, myrung.exp, lambda x: myrung.square(myrung.exp(myrung.square(x))), lambda x: Sum()(x):
            came = verdict(f, myrung.Variable(x))
            expect(f"gradient_check of a right function, at an array of shape {shape}", came, True,
                   look=myrung.gradient_check)  # fmt: skip


def test_wrong_functions_fail():
    wrong = {
        "the factor 2 missing": lambda x, gy: x * gy,
        "the wrong sign": lambda x, gy: -2 * x * gy,
        "a hundredth too much": lambda x, gy: 2.02 * x * gy,
        "wrong in one element only": lambda x, gy: 2 * x * gy + np.eye(1, x.size, 1)[0],
    }
    for what, slope in wrong.items():
        came = verdict(broken(slope), variable([1.0, 2.0, -3.0]))
        expect(f"gradient_check of a square whose backward has {what}", came, False, look=myrung.gradient_check)


def test_wrong_shape_fails():
    came = verdict(broken(lambda x, gy: np.array(6.0)), variable([3.0, 3.0]))
    expect(
        "gradient_check where backward returns one number for two elements", came, False, look=myrung.gradient_check
    )


def test_forgotten_gy():
    f = broken(lambda x, gy: 2 * x)
    came = verdict(lambda x: myrung.exp(f(x)), variable([0.5, 1.0]))
    expect("gradient_check of exp(f(x)), where f forgets to multiply by gy", came, False, look=myrung.gradient_check)


def test_x_stays():
    x = variable([1.0, 2.0])
    array = x.data
    myrung.gradient_check(myrung.square, x)
    expect_same("x.grad, after gradient_check(f, x)", x.grad, None, look=myrung.gradient_check)
    expect("x.data, after gradient_check(f, x)", x.data, np.array([1.0, 2.0]), look=myrung.gradient_check)
    expect_same("x.data, after gradient_check(f, x)", x.data, array, look=myrung.gradient_check)


def test_old_gradients_do_not_matter():
    x = variable([1.0, 2.0])
    x.grad = np.array([2.0, 4.0])
    came = verdict(broken(lambda x, gy: 0 * x), x)
    expect("gradient_check of a wrong function, where x.grad holds the right answer from before", came, False,
           look=myrung.gradient_check)  # fmt: skip


def test_float32():
    x = myrung.Variable(np.array([1.5, -0.7, 2.0], dtype=np.float32))
    came = verdict(lambda x: myrung.exp(myrung.square(x)), x)
    expect("gradient_check of exp(square(x)) at float32 numbers", came, True, look=myrung.gradient_check)
    if str(x.data.dtype) != "float32":
        raise Unmet("the dtype of x.data, after gradient_check(f, x)", "float32", str(x.data.dtype),
                    look=myrung.gradient_check)  # fmt: skip
