import gc
import importlib
import weakref

import myrung
import numpy as np
from rung.course.testing import (
    Unmet,
    central_differences,
    check_gradient,
    expect,
    expect_raises,
    expect_same,
    expect_type,
    random_arrays,
)

WALK = myrung.Variable.backward


def variable(*values):
    return myrung.Variable(np.array(*values))


def recorded(y):
    """y.backward, with recording."""
    try:
        y.backward(create_graph=True)
    except TypeError as error:
        if "create_graph" in str(error):
            raise Unmet(
                "y.backward(create_graph=True)", "a walk that records", f"a TypeError, {error},", WALK
            ) from None
        raise


def again(f, place, what, look):
    """The slope of f at a place, and the slope of that, both by the learner's backward."""
    x = myrung.Variable(np.array(place))
    recorded(f(x))
    slope = x.grad
    x.cleargrad()
    slope.backward()
    if x.grad is None:
        raise Unmet(
            f"x.grad of the slope of {what}", "a gradient", "None: no way leads from the slope back to x", look
        )
    return slope.data, x.grad.data


def twice(f, what, look, count=1, low=-2.0, high=2.0):
    """The second derivatives of f are those of central differences, along every pair of its arguments."""
    for seed in range(3):
        arrays = random_arrays(*[(3,)] * count, low=low, high=high, seed=seed)
        weights = random_arrays(*[(3,)] * count, seed=seed + 10)

        def along(*xs):
            found = 0
            for x, weight in zip(xs, weights, strict=True):
                found = x.grad * weight + found
            return found

        def slope(*points):
            xs = [myrung.Variable(point) for point in points]
            f(*xs).backward()
            return along(*xs)

        xs = [myrung.Variable(array.copy()) for array in arrays]
        recorded(f(*xs))
        total = along(*xs)
        for x in xs:
            x.cleargrad()
        total.backward()
        for number, wanted in enumerate(central_differences(slope, *arrays)):
            which = f"the gradient of the gradient of {what}" + (f" in its argument {number}" if count > 1 else "")
            if xs[number].grad is None and np.any(np.abs(wanted) > 1e-6):
                raise Unmet(which, str(wanted), "None: no way leads back", look)
            came = np.zeros(3) if xs[number].grad is None else xs[number].grad.data
            expect(f"{which} at {', '.join(map(str, arrays))}", came, wanted, look, tolerance=1e-4)


def test_gradient_is_a_variable():
    x = variable(3.0)
    makers = {
        "x + x": lambda: x + x, "x * x": lambda: x * x, "x - 1": lambda: x - 1, "-x": lambda: -x,
        "1 / x": lambda: 1 / x, "x ** 3": lambda: x**3, "x ** 0": lambda: x**0, "square(x)": lambda: myrung.square(x),
        "exp(x)": lambda: myrung.exp(x), "sin(x)": lambda: myrung.sin(x),
    }  # fmt: skip
    for what, make in makers.items():
        x.cleargrad()
        y = make()
        y.backward(retain_grad=True)
        expect_type(f"x.grad of y = {what}", x.grad, myrung.Variable, look=type(y.creator).backward)
        expect_type(f"x.grad.data of y = {what}", x.grad.data, np.ndarray, look=type(y.creator).backward)
        expect_type(f"y.grad of y = {what}", y.grad, myrung.Variable, look=WALK)


def test_gradients_are_right():
    square, exp = myrung.square, myrung.exp
    check_gradient(lambda x, y: (x + y) * (x - y) * -x, what="(x + y) * (x - y) * -x", look=WALK)
    check_gradient(lambda x, y: x / y + y**3, what="x / y + y ** 3", look=WALK, low=0.5)
    check_gradient(lambda x: square(exp(x)) + exp(square(x)), what="square(exp(x)) + exp(square(x))", look=WALK,
                   low=-1, high=1)  # fmt: skip


def test_no_graph_by_default():
    x = variable(3.0)
    y = x * x * x + x
    y.backward()
    expect("x.grad of y = x * x * x + x at x = 3", x.grad, 28.0, look=WALK)
    expect_same(
        "x.grad.creator after y.backward(): nothing is recorded unless one asks", x.grad.creator, None, look=WALK
    )
    expect("x.grad.generation", x.grad.generation, 0, look=WALK)


def test_create_graph():
    x = variable(3.0)
    recorded(x * x)
    expect("x.grad of y = x * x at x = 3", x.grad, 6.0, look=WALK)
    if x.grad.creator is None:
        raise Unmet(
            "x.grad.creator after y.backward(create_graph=True)", "the function that computed it", "None", WALK
        )
    expect("whether x.grad is younger than x", x.grad.generation > 0, True, look=WALK)


def test_mul_twice():
    slope, second = again(lambda x: x * x, 3.0, "x * x", myrung.Mul.backward)
    expect("the slope of x * x at 3", slope, 6.0, look=myrung.Mul.backward)
    expect("x.grad of that slope: the second derivative", second, 2.0, look=myrung.Mul.backward)
    twice(lambda x, y: x * y * x, "x * y * x", myrung.Mul.backward, 2)


def test_div_twice():
    slope, second = again(lambda x: 1 / x, 2.0, "1 / x", myrung.Div.backward)
    expect("the slope of 1 / x at 2", slope, -0.25, look=myrung.Div.backward)
    expect("x.grad of that slope: the second derivative, 2 / x ** 3", second, 0.25, look=myrung.Div.backward)
    twice(lambda x, y: x / y * x, "x / y * x", myrung.Div.backward, 2, low=0.5)


def test_pow_twice():
    slope, second = again(lambda x: x**3, 2.0, "x ** 3", myrung.Pow.backward)
    expect("the slope of x ** 3 at 2", slope, 12.0, look=myrung.Pow.backward)
    expect("x.grad of that slope: the second derivative, 6 x", second, 12.0, look=myrung.Pow.backward)
    twice(lambda x: x**4 + x**0.5 + x**-1 + x**1 * x, "x ** 4 + x ** 0.5 + x ** -1 + x ** 1 * x", myrung.Pow.backward,
          low=0.5)  # fmt: skip


def test_power_of_zero():
    _, second = again(lambda x: x**0 * x * x, 0.0, "x ** 0 * x * x", myrung.Pow.backward)
    expect("the second derivative of x ** 0 * x * x at 0", second, 2.0, look=myrung.Pow.backward)


def test_square_twice():
    _, second = again(myrung.square, 3.0, "square(x)", myrung.Square.backward)
    expect("the second derivative of square(x) at 3", second, 2.0, look=myrung.Square.backward)
    twice(lambda x: myrung.square(myrung.square(x)), "square(square(x))", myrung.Square.backward)


def test_exp_twice():
    _, second = again(myrung.exp, 1.0, "exp(x)", myrung.Exp.backward)
    expect("the second derivative of exp(x) at 1", second, np.e, look=myrung.Exp.backward)
    twice(lambda x: myrung.exp(x * x), "exp(x * x)", myrung.Exp.backward, low=-1, high=1)


def test_mixed():
    x, y = variable(3.0), variable(5.0)
    recorded(x**2 * y - y / x)
    gx = x.grad
    x.cleargrad()
    y.cleargrad()
    gx.backward()
    expect("x.grad of dz/dx, where z = x ** 2 * y - y / x, at (3, 5)", x.grad, 10 - 10 / 27, look=WALK)
    expect("y.grad of dz/dx there", y.grad, 6 + 1 / 9, look=WALK)


def test_any_order():
    x = variable(2.0)
    y = x**4 - 2 * x**2
    for order, wanted in enumerate((24.0, 44.0, 48.0, 24.0), 1):
        recorded(y)
        y = x.grad
        x.cleargrad()
        expect(f"derivative number {order} of x ** 4 - 2 * x ** 2 at 2", y.data, wanted, look=WALK)


def test_without_clearing_it_adds():
    x = variable(2.0)
    recorded(x**3)
    x.grad.backward()
    expect("x.grad of x ** 3 at 2, after gx.backward() with nothing cleared: 12 + 12", x.grad, 24.0, look=WALK)


def test_gradients_in_a_formula():
    x = variable(2.0)
    y = x**2
    recorded(y)
    gx = x.grad
    x.cleargrad()
    (gx**3 + y).backward()
    expect("x.grad of z = (dy/dx) ** 3 + y, where y = x ** 2, at x = 2", x.grad, 100.0, look=WALK)


def test_switch_is_back():
    class Broken(myrung.Function):
        def forward(self, x):
            return x

        def backward(self, gy):
            raise RuntimeError("broken")

    x = variable(2.0)
    (x * x).backward()
    expect("config.enable_backprop after y.backward()", myrung.config.enable_backprop, True, look=WALK)
    expect_raises("a backward that fails", RuntimeError, lambda: Broken()(x).backward(), look=WALK)
    expect("config.enable_backprop after a backward that failed", myrung.config.enable_backprop, True, look=WALK)
    y = x * x
    with myrung.no_grad():
        recorded(y)
        expect("config.enable_backprop in a block of no_grad, after y.backward(create_graph=True) in it",
               myrung.config.enable_backprop, False, look=WALK)  # fmt: skip


def test_float32():
    x = myrung.Variable(np.array([1.0, 2.0], np.float32))
    recorded(2 * x**3 / (x + 1) + myrung.exp(x))
    gx = x.grad
    x.cleargrad()
    gx.backward()
    for what, g in ("first", gx), ("second", x.grad):
        expect(f"the dtype of the {what} derivative of float32 numbers", str(g.data.dtype), "float32", look=WALK)


def test_own_function():
    class Cube(myrung.Function):
        def forward(self, x):
            return x**3

        def backward(self, gy):
            x = self.inputs[0]
            if not isinstance(gy, myrung.Variable):
                raise Unmet("what a backward is given", "a Variable", type(gy).__name__, WALK)
            return 3 * x * x * gy

    _, second = again(lambda x: Cube()(x), 2.0, "a function of someone else, x ** 3", WALK)
    expect("its second derivative at 2", second, 12.0, look=WALK)


def test_nothing_is_kept():
    x = variable(2.0)
    gc.disable()
    try:
        y = myrung.exp(x * x)
        ghost = weakref.ref(y.creator)
        y.backward()
        del y
        expect_same(
            "the graph, after y.backward() and del y: whether anything of it is left", ghost(), None, look=WALK
        )
    finally:
        gc.enable()


def test_tools():
    check = myrung.gradient_check
    expect(
        "gradient_check(exp, x) of a right function", bool(check(myrung.exp, variable([0.5, 1.0]))), True, look=check
    )

    class Wrong(myrung.Function):
        def forward(self, x):
            return x**2

        def backward(self, gy):
            return self.inputs[0] * gy

    came = bool(check(lambda x: Wrong()(x), variable([0.5, 1.0])))
    expect("gradient_check of a wrong one", came, False, look=check)

    class Flat(myrung.Function):
        def forward(self, x):
            return x**2

        def backward(self, gy):
            return variable(2.0)

    came = bool(check(lambda x: Flat()(x), variable([1.0, 1.0])))
    expect("gradient_check of one whose gradient has the wrong shape", came, False, look=check)


def test_steps_stay_arrays():
    descent = importlib.import_module("myrung.descent")
    x = variable(3.0)
    descent.gradient_descent(lambda x: x * x, [x], rate=0.25, steps=2)
    expect_type("x.data after gradient_descent", x.data, np.ndarray,
                look=descent.gradient_descent)  # fmt: skip
    expect("x.data after two steps on x * x", np.asarray(x.data), 0.75, look=descent.gradient_descent)
    x = variable(3.0)
    descent.newton_by_hand(lambda x: x * x, lambda x: 2.0, x, steps=1)
    expect_type("x.data after newton_by_hand", x.data, np.ndarray,
                look=descent.newton_by_hand)  # fmt: skip
    expect("x.data after a step of Newton's on x * x", np.asarray(x.data), 0.0, look=descent.newton_by_hand)
