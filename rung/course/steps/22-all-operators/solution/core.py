import numpy as np


# after: Mul
class Neg(Function):
    """y = -x"""

    def forward(self, x):
        return -x

    def backward(self, gy):
        return -gy


# after: Neg
class Sub(Function):
    """y = x0 - x1"""

    def forward(self, x0, x1):
        return x0 - x1

    def backward(self, gy):
        return gy, -gy


# after: Sub
class Div(Function):
    """y = x0 / x1"""

    def forward(self, x0, x1):
        return x0 / x1

    def backward(self, gy):
        x0, x1 = self.inputs
        return gy / x1.data, -x0.data / x1.data**2 * gy


# after: Div
class Pow(Function):
    """y = x ** c, for a number c"""

    def __init__(self, c):
        if not isinstance(c, (int, float)):
            raise TypeError(f"Pow: expected a Python number as the exponent, but got {type(c).__name__}")
        self.c = c

    def forward(self, x):
        return x**self.c

    def backward(self, gy):
        if self.c == 0:
            return np.zeros_like(gy)  # x ** 0 is 1 wherever one stands, even at 0
        x = self.inputs[0].data
        return self.c * x ** (self.c - 1) * gy


# after: mul
def neg(x):
    return Neg()(x)


# after: neg
def sub(x0, x1):
    return Sub()(x0, x1)


# after: sub
def rsub(x0, x1):
    """Python calls x0.__rsub__(x1) where x1 - x0 is written."""
    return Sub()(x1, x0)


# after: rsub
def div(x0, x1):
    return Div()(x0, x1)


# after: div
def rdiv(x0, x1):
    return Div()(x1, x0)


# after: rdiv
def pow(x, c):
    return Pow(c)(x)


Variable.__neg__ = neg
Variable.__sub__ = sub
Variable.__rsub__ = rsub
Variable.__truediv__ = div
Variable.__rtruediv__ = rdiv
Variable.__pow__ = pow
