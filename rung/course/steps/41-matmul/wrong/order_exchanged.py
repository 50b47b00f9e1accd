# caught by: test_shapes_of_gradients
# file: functions.py
class MatMul:
    def backward(self, gy):
        x, W = self.inputs
        return matmul(W.mT, gy), matmul(gy, x.mT)
