from .core import Variable


class Reshape(Function):
    """The same elements in another shape"""

    def __init__(self, shape):
        self.shape = shape

    def forward(self, x):
        return x.reshape(self.shape)

    def backward(self, gy):
        return reshape(gy, self.inputs[0].shape)


class Transpose(Function):
    """The axes in another order; backwards if none is given"""

    def __init__(self, axes=None):
        self.axes = axes

    def forward(self, x):
        return x.transpose(self.axes)

    def backward(self, gy):
        if self.axes is None:
            return transpose(gy)
        axes = [axis % gy.ndim for axis in self.axes]
        return transpose(gy, tuple(np.argsort(axes).tolist()))


def reshape(x, shape):
    return Reshape(shape)(x)


def transpose(x, axes=None):
    return Transpose(axes)(x)


def _one_or_many(args):
    """x.reshape(2, 3) and x.reshape((2, 3)) mean the same."""
    return args[0] if len(args) == 1 and (args[0] is None or isinstance(args[0], (tuple, list))) else args


Variable.reshape = lambda x, *shape: reshape(x, _one_or_many(shape))
Variable.transpose = lambda x, *axes: transpose(x, _one_or_many(axes) or None)
Variable.T = property(transpose)
