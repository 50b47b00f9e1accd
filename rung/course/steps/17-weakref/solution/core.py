import bisect
import weakref

import numpy as np


class Variable:
    def backward(self):
        """Hand the gradient on to all that this variable was computed from, the youngest function first."""
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
                x.grad = gx if x.grad is None else x.grad + gx
                add_func(x.creator)


class Function:
    def __call__(self, *inputs):
        ys = self.forward(*[x.data for x in inputs])
        if not isinstance(ys, tuple):
            ys = (ys,)
        outputs = [Variable(as_array(y)) for y in ys]
        self.generation = max(x.generation for x in inputs)
        for output in outputs:
            output.set_creator(self)
        self.inputs = inputs
        self.outputs = [weakref.ref(output) for output in outputs]
        return outputs if len(outputs) > 1 else outputs[0]
