class ReLU(Function):
    """y = x where it is positive, else 0"""

    def forward(self, x):
        return np.maximum(x, 0)

    def backward(self, gy):
        return gy * (self.inputs[0].data > 0).astype(gy.dtype)


def relu(x):
    return ReLU()(x)
