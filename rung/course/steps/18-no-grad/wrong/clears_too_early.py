# caught by: test_diamond
import bisect

import numpy as np


class Variable:
    def backward(self, retain_grad=False):
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
            outputs = [ref() for ref in f.outputs]
            gxs = f.backward(*[None if y is None else y.grad for y in outputs])
            if not isinstance(gxs, tuple):
                gxs = (gxs,)
            for x, gx in zip(f.inputs, gxs, strict=True):
                if x.creator is not None and not retain_grad:
                    x.cleargrad()
                x.grad = gx if x.grad is None else x.grad + gx
                add_func(x.creator)
            if not retain_grad:
                for y in outputs:
                    if y is not None:
                        y.cleargrad()
