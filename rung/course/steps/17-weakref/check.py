import gc
import weakref

import myrung
import numpy as np
import pytest
from rung.course.testing import Unmet, check_gradient, expect


def variable(*values):
    return myrung.Variable(np.array(*values))


@pytest.fixture(autouse=True)
def no_garbage_collector():
    """Python's search for cycles rests, so that what is freed is freed by itself."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class SumAndDifference(myrung.Function):
    def forward(self, x0, x1):
        return x0 + x1, x0 - x1

    def backward(self, gy0, gy1):
        return gy0, gy0


def test_middle_stays():
    x = variable(0.5)
    y = myrung.square(myrung.exp(myrung.square(x)))
    y.backward()
    expect(
        "x.grad of y = square(exp(square(x))), whose middle has no names", x.grad, 3.297442541, look=myrung.Function
    )


def test_freed_at_once():
    x = variable([1.0, 2.0])
    y = myrung.exp(myrung.square(x))
    watch = weakref.ref(y), weakref.ref(y.creator), weakref.ref(y.creator.inputs[0])
    del y
    alive = [name for name, ref in zip(("y", "the exp that made it", "square(x)"), watch, strict=True) if ref()]
    if alive:
        raise Unmet(
            "what is left of y = exp(square(x)), after del y", "nothing", " and ".join(alive), myrung.Function
        )


def test_no_cycles():
    x = variable(1.0)
    for _ in range(50):
        y = myrung.add(myrung.square(x), myrung.exp(x))
        y.backward()
        x.cleargrad()
    del y
    found = gc.collect()
    if found > 20:
        raise Unmet("how many objects Python's search for cycles finds, after 50 calculations were dropped",
                    "next to none", str(found), look=myrung.Function)  # fmt: skip


def test_diamond():
    x = variable(2.0)
    a = myrung.square(x)
    y = myrung.add(myrung.square(a), myrung.square(a))
    y.backward()
    expect("x.grad of y = (x ** 2) ** 2 + (x ** 2) ** 2 at x = 2", x.grad, 64.0, look=myrung.Variable.backward)


def test_dropped_output():
    x0, x1 = variable(2.0), variable(5.0)
    y0 = SumAndDifference()(x0, x1)[0]
    try:
        y0.backward()
    except AttributeError as error:
        raise Unmet("backward through a function, one of whose two outputs was dropped", "a gradient",
                    f"an AttributeError, {error},", look=myrung.Variable.backward) from None  # fmt: skip
    expect("x0.grad of y0 = x0 + x1", x0.grad, 1.0, look=myrung.Variable.backward)


def test_gradients_are_right():
    check_gradient(lambda x, y: myrung.square(myrung.add(myrung.exp(x), myrung.square(y))),
                   what="(exp(x) + y ** 2) ** 2", look=myrung.Variable.backward, low=-1, high=1)  # fmt: skip
