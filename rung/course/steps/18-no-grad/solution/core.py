import bisect
import contextlib
import threading
import weakref

import numpy as np


# after: Variable
class Config(threading.local):
    """The switches of the framework. Every thread has its own."""

    enable_backprop = True


# after: Config
config = Config()


# after: config
@contextlib.contextmanager
def using_config(name, value):
    """Turn one switch for a block, and back at its end, however it ends."""
    old = getattr(config, name)
    setattr(config, name, value)
    try:
        yield
    finally:
        setattr(config, name, old)


# after: using_config
def no_grad():
    """Compute without remembering how."""
    return using_config("enable_backprop", False)


class Variable:
    def backward(self, retain_grad=False):
        """Hand the gradient on to all that this variable was computed from, the youngest function first.

        Gradients of variables in the middle are let go once they were used, unless `retain_grad` is true.
        """
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
            if not retain_grad:
                for y in outputs:
                    if y is not None:
                        y.cleargrad()


class Function:
    def __call__(self, *inputs):
        ys = self.forward(*[x.data for x in inputs])
        if not isinstance(ys, tuple):
            ys = (ys,)
        outputs = [Variable(as_array(y)) for y in ys]
        if config.enable_backprop:
            self.generation = max(x.generation for x in inputs)
            for output in outputs:
                output.set_creator(self)
            self.inputs = inputs
            self.outputs = [weakref.ref(output) for output in outputs]
        return outputs if len(outputs) > 1 else outputs[0]
