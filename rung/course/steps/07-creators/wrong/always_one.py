# caught by: test_one_function
import numpy as np


class Variable:
    def backward(self):
        self.grad = np.ones_like(self.data)
        f = self.creator
        if f is None:
            return
        f.input.grad = f.backward(self.grad)
        f.input.backward()
