# caught by: test_mul_twice


class Mul(Function):
    def backward(self, gy):
        x0, x1 = self.inputs
        return x1.data * gy, x0.data * gy
