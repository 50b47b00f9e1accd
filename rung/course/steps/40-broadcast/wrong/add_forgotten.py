# caught by: test_add
class Add(Function):
    def backward(self, gy):
        return gy, gy
