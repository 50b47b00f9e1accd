# caught by: test_seed_has_the_type_of_the_data
import numpy as np


class Variable:
    def backward(self):
        if self.grad is None:
            self.grad = np.ones(self.data.shape)
        waiting = [self]
        while waiting:
            y = waiting.pop()
            f = y.creator
            if f is None:
                continue
            f.input.grad = f.backward(y.grad)
            waiting.append(f.input)
