# caught by: test_sub
class Sub(Function):
    def backward(self, gy):
        x0, x1 = self.inputs
        return gy.sum_to(x0.shape), -gy
