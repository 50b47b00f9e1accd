# caught by: test_mul_backward


class Mul:
    def backward(self, gy):
        x0, x1 = self.inputs
        return x1.data, x0.data
