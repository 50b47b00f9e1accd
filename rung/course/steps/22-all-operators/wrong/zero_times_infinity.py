# caught by: test_power_of_zero


class Pow:
    def backward(self, gy):
        x = self.inputs[0].data
        return self.c * x ** (self.c - 1.0) * gy
