# caught by: test_pow_twice


class Pow(Function):
    def backward(self, gy):
        if self.c == 0:
            return Variable(np.zeros_like(gy.data))
        x = self.inputs[0].data
        return self.c * x ** (self.c - 1) * gy
