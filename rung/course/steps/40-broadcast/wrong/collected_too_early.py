# caught by: test_every_operator_on_every_side
class Mul(Function):
    def backward(self, gy):
        x0, x1 = self.inputs
        return x1 * gy.sum_to(x0.shape), x0 * gy.sum_to(x1.shape)
