# caught by: test_piles_of_matrices
# file: functions.py
class MatMul:
    def backward(self, gy):
        x, W = self.inputs
        return matmul(gy, W.mT), matmul(x.mT, gy)
