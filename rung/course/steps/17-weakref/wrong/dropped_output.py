# caught by: test_dropped_output
import bisect

import numpy as np


class Variable:
    def backward(self):
        if self.grad is None:
            self.grad = np.ones_like(self.data)
        funcs, seen = [], {None}

        def add_func(f):
            if f not in seen:
                seen.add(f)
                bisect.insort(funcs, f, key=lambda f: f.generation)

        add_func(self.creator)
        while funcs:
            f = funcs.pop()
            gxs = f.backward(*[ref().grad for ref in f.outputs])
            if not isinstance(gxs, tuple):
                gxs = (gxs,)
            for x, gx in zip(f.inputs, gxs, strict=True):
                x.grad = gx if x.grad is None else x.grad + gx
                add_func(x.creator)
