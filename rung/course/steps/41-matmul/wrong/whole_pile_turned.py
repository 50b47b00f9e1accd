# caught by: test_piles_of_matrices
# file: functions.py
class MatMul:
    def backward(self, gy):
        x, W = self.inputs
        return sum_to(matmul(gy, W.T), x.shape), sum_to(matmul(x.T, gy), W.shape)
