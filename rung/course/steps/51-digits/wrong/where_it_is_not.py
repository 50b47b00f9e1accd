# caught by: test_relu
# file: functions.py
class ReLU(Function):
    def backward(self, gy):
        return gy * (gy.data > 0).astype(gy.dtype)
