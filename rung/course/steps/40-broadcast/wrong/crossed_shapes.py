# caught by: test_div
class Div(Function):
    def backward(self, gy):
        x0, x1 = self.inputs
        return (gy / x1).sum_to(x0.shape), (-x0 / x1**2 * gy).sum_to(x0.shape)
