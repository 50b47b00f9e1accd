import numpy as np


class Variable:
    def backward(self):
        """Hand the gradient on to all that this variable was computed from."""
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
            for x, gx in zip(f.inputs, gxs, strict=True):
                x.grad = gx if x.grad is None else x.grad + gx
                funcs.append(x.creator)

    def cleargrad(self):
        """Forget the gradient, so that the next backward starts from nothing."""
        self.grad = None
