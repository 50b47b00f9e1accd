# caught by: test_square_matrices
# file: functions.py
class MatMul:
    def backward(self, gy):
        x, W = self.inputs
        square = W.shape[0] == W.shape[1] and x.shape == W.shape
        return matmul(gy, W if square else W.mT), matmul(x if square else x.mT, gy)
