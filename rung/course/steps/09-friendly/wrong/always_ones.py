# caught by: test_seed_of_your_own
import numpy as np


class Variable:
    def backward(self):
        self.grad = np.ones_like(self.data)
        waiting = [self]
        while waiting:
            y = waiting.pop()
            f = y.creator
            if f is None:
                continue
            f.input.grad = f.backward(y.grad)
            waiting.append(f.input)
