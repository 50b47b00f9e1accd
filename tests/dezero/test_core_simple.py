"""The core as of step 32: gradients are arrays."""

import numpy as np
import pytest

from rung.dezero import core, core_simple
from rung.dezero.core_simple import Function, Variable


class Cube(Function):
    def forward(self, x):
        return x**3

    def backward(self, gy):
        x = self.inputs[0].data
        assert isinstance(gy, np.ndarray)
        return 3 * x**2 * gy


def test_gradients_are_arrays():
    x, y = Variable(np.array(2.0)), Variable(np.array(3.0))
    z = -((x * y - x / y + 1 - 2**0) ** 2)
    z.backward()
    inner = 6 - 2 / 3
    assert isinstance(x.grad, np.ndarray)
    assert x.grad == pytest.approx(-2 * inner * (3 - 1 / 3))
    assert y.grad == pytest.approx(-2 * inner * (2 + 2 / 9))
    assert type(z) is Variable


def test_a_program_steps_with_them():
    x = Variable(np.array(2.0))
    for _ in range(10):
        y = x**4 - 2 * x**2
        x.cleargrad()
        y.backward()
        x.data -= x.grad / (12 * x.data**2 - 4)
    assert float(x.data) == pytest.approx(1.0)


def test_a_function_of_ones_own_computes_on_arrays_both_ways():
    x = Variable(np.array(2.0))
    y = Cube()(Cube()(x))
    y.grad = np.array(2.0)
    y.backward()
    assert x.grad == 2 * 9 * 2.0**8
    assert type(y.creator.inputs[0]) is Variable


def test_intermediate_gradients_are_kept_on_request():
    x = Variable(np.array(2.0))
    y = x * x
    z = y + y
    z.backward(retain_grad=True)
    assert (float(y.grad), float(z.grad)) == (2.0, 1.0)


def test_a_function_object_has_a_backward_on_arrays():
    x = Variable(np.array(2.0))
    y = x * 3.0
    assert [float(g) for g in y.creator.backward(np.array(2.0)) if g is not None] == [6.0]


def test_the_full_core_is_not_affected():
    core_simple.setup_variable()
    x = core.Variable(np.array(2.0))
    (x * x).backward()
    assert type(x.grad) is core.Variable
    assert core_simple.as_variable(np.ones(1)).creator is None
