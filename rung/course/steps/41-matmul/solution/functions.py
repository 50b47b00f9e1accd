class MatMul(Function):
    """y = x W, for matrices; of more than two axes, the last two are those of the matrices"""

    def forward(self, x, W):
        if x.ndim < 2 or W.ndim < 2:
            raise ValueError(f"MatMul: expected matrices, but got shapes {x.shape} and {W.shape}; reshape vectors")
        return x @ W

    def backward(self, gy):
        x, W = self.inputs
        return sum_to(matmul(gy, W.mT), x.shape), sum_to(matmul(x.mT, gy), W.shape)


def matmul(x, W):
    return MatMul()(x, W)


def _swapped(x):
    """x with its last two axes swapped, as of every matrix in a pile of matrices."""
    return transpose(x, (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


Variable.mT = property(_swapped)
Variable.__matmul__ = matmul
Variable.__rmatmul__ = lambda W, x: matmul(x, W)
