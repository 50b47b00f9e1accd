from .core import as_variable


class BroadcastTo(Function):
    def backward(self, gy):
        return sum_to(gy, self.inputs[0].shape)


def sum_to(x, shape):
    """What broadcasting to x's shape has spread out, collected: x, summed until it has this shape."""
    x = as_variable(x)
    if x.shape == shape:
        return x
    lead = x.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(lead + i for i, n in enumerate(shape) if n == 1)
    return reshape(sum(x, axes), shape)


Variable.sum_to = sum_to
