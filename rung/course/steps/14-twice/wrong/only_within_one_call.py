# caught by: test_two_ways
import numpy as np


class Variable:
    def backward(self):
        if self.grad is None:
            self.grad = np.ones_like(self.data)
        funcs = [self.creator]
        while funcs:
            f = funcs.pop()
            if f is None:
                continue
            gxs = f.backward(*[y.grad for y in f.outputs])
            if not isinstance(gxs, tuple):
                gxs = (gxs,)
            for x in f.inputs:
                x.grad = sum(gx for other, gx in zip(f.inputs, gxs, strict=True) if other is x)
                funcs.append(x.creator)
