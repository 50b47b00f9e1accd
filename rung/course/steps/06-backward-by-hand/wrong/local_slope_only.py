# caught by: test_gradient_that_arrives
import numpy as np


class Square:
    def backward(self, gy):
        return 2 * self.input.data


class Exp:
    def backward(self, gy):
        return np.exp(self.input.data)
