# caught by: test_core_is_the_core
import numpy as np


# after: Function
class Square(Function):
    def forward(self, x):
        return x**2

    def backward(self, gy):
        return 2 * self.inputs[0].data * gy


# after: Square
def square(x):
    return Square()(x)
