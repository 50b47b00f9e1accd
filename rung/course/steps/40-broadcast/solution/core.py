class Add(Function):
    def backward(self, gy):
        x0, x1 = self.inputs
        return gy.sum_to(x0.shape), gy.sum_to(x1.shape)


class Mul(Function):
    def backward(self, gy):
        x0, x1 = self.inputs
        return (x1 * gy).sum_to(x0.shape), (x0 * gy).sum_to(x1.shape)


class Sub(Function):
    def backward(self, gy):
        x0, x1 = self.inputs
        return gy.sum_to(x0.shape), (-gy).sum_to(x1.shape)


class Div(Function):
    def backward(self, gy):
        x0, x1 = self.inputs
        return (gy / x1).sum_to(x0.shape), (-x0 / x1**2 * gy).sum_to(x1.shape)
