from . import cuda


class Variable:
    def __init__(self, data, name=None):
        if data is not None and not cuda.is_array(data):
            raise TypeError(
                f"Variable: expected a NumPy array, but got {data!r} of type {type(data).__name__}; "
                "wrap it in np.array(...)"
            )
        self.data = data
        self.name = name
        self.grad = None
        self.creator = None
        self.generation = 0

    def to_cpu(self):
        """Bring the array to NumPy, in place."""
        if self.data is not None:
            self.data = cuda.as_numpy(self.data)
        return self

    def to_gpu(self):
        """Bring the array to the device, in place."""
        if self.data is not None:
            self.data = cuda.as_cupy(self.data)
        return self


def as_array(x, xp=np):
    """`x` itself, or a number as an array without axes, made by the array module `xp`."""
    if np.isscalar(x):
        return xp.array(x)
    return x


def as_variable(obj, dtypes=(), xp=np):
    """`obj` itself if it is a Variable; otherwise a new one on it.

    Beside arrays of these `dtypes`, a number takes theirs, as in NumPy: it never makes float32 to float64.
    """
    if isinstance(obj, Variable):
        return obj
    if isinstance(obj, (int, float, np.number)):
        number = obj.item() if isinstance(obj, np.number) else obj
        obj = xp.array(number, np.result_type(*dtypes, number))
    return Variable(obj)


class Function:
    def __call__(self, *inputs):
        arrays = [x.data if isinstance(x, Variable) else x for x in inputs]
        xp = cuda.get_array_module(*arrays)
        dtypes = [x.dtype for x in arrays if cuda.is_array(x)]
        inputs = [as_variable(x, dtypes, xp) for x in inputs]
        ys = self.forward(*[x.data for x in inputs])
        if not isinstance(ys, tuple):
            ys = (ys,)
        outputs = [Variable(as_array(y, xp)) for y in ys]
        if config.enable_backprop:
            self.generation = max(x.generation for x in inputs)
            for output in outputs:
                output.set_creator(self)
            self.inputs = inputs
            self.outputs = [weakref.ref(output) for output in outputs]
        return outputs if len(outputs) > 1 else outputs[0]
