# caught by: test_div_twice


class Div(Function):
    def backward(self, gy):
        x0, x1 = self.inputs
        return gy / x1, -x0 / x1.data**2 * gy
