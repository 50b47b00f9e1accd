# caught by: test_exp_backward
import numpy as np


class Exp:
    def backward(self, gy):
        x = self.input.data
        return x * np.exp(x - 1) * gy
