# caught by: test_seed_of_arrays
import numpy as np


class Variable:
    def backward(self):
        if self.grad is None:
            self.grad = np.array(1.0)
        waiting = [self]
        while waiting:
            y = waiting.pop()
            f = y.creator
            if f is None:
                continue
            f.input.grad = f.backward(y.grad)
            waiting.append(f.input)
