# caught by: test_power_of_zero


class Pow(Function):
    def backward(self, gy):
        x = self.inputs[0]
        return self.c * x ** (self.c - 1) * gy
