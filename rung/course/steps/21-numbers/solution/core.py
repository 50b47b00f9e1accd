import weakref

import numpy as np


class Variable:
    __array_ufunc__ = None  # tells NumPy: leave operators with a Variable to the Variable


# after: as_array
def as_variable(obj, dtypes=()):
    """`obj` itself if it is a Variable; otherwise a new one on it.

    Beside arrays of these `dtypes`, a number takes theirs, as in NumPy: it never makes float32 to float64.
    """
    if isinstance(obj, Variable):
        return obj
    if isinstance(obj, (int, float, np.number)):
        number = obj.item() if isinstance(obj, np.number) else obj
        obj = np.array(number, np.result_type(*dtypes, number))
    return Variable(obj)


class Function:
    def __call__(self, *inputs):
        dtypes = [x.dtype for x in inputs if isinstance(x, (Variable, np.ndarray))]
        inputs = [as_variable(x, dtypes) for x in inputs]
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


Variable.__radd__ = add
Variable.__rmul__ = mul
