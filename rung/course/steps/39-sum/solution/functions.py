class Sum(Function):
    """All elements together, or those along some axes"""

    def __init__(self, axis=None, keepdims=False):
        self.axis, self.keepdims = axis, keepdims

    def forward(self, x):
        self.kept = x.sum(axis=self.axis, keepdims=True).shape
        return x.sum(axis=self.axis, keepdims=self.keepdims)

    def backward(self, gy):
        return broadcast_to(reshape(gy, self.kept), self.inputs[0].shape)


class BroadcastTo(Function):
    """Axes of length 1 repeated until they fill a shape"""

    def __init__(self, shape):
        self.shape = shape

    def forward(self, x):
        return np.broadcast_to(x, self.shape)

    def backward(self, gy):
        shape = self.inputs[0].shape
        axes = tuple(i for i, n in enumerate(shape) if n == 1)
        return sum(gy, axes, keepdims=True)


def sum(x, axis=None, keepdims=False):
    return Sum(axis, keepdims)(x)


def broadcast_to(x, shape):
    return BroadcastTo(shape)(x)


Variable.sum = sum
