# caught by: test_div


class Div:
    def backward(self, gy):
        x0, x1 = self.inputs
        return gy / x1.data, -x1.data / x0.data**2 * gy
