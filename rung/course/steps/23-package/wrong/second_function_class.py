# caught by: test_one_of_each
# file: functions.py
# whole file
import numpy as np

from .core import Function as CoreFunction


class Function:
    """Copied here, so that this file stands alone."""

    def __call__(self, x):
        return self.wrapped()(x)


class Square(Function):
    class wrapped(CoreFunction):
        def forward(self, x):
            return x**2

        def backward(self, gy):
            return 2 * self.inputs[0].data * gy


class Exp(Function):
    class wrapped(CoreFunction):
        def forward(self, x):
            return np.exp(x)

        def backward(self, gy):
            return np.exp(self.inputs[0].data) * gy


def square(x):
    return Square()(x)


def exp(x):
    return Exp()(x)
