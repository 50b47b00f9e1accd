# caught by: test_function_keeps_its_input
import numpy as np


class Function:
    def __call__(self, input):
        self.input = input.data
        return Variable(self.forward(input.data))


class Square:
    def backward(self, gy):
        return 2 * self.input * gy


class Exp:
    def backward(self, gy):
        return np.exp(self.input) * gy
