# caught by: test_reshape_backward
# file: functions.py
class Reshape(Function):
    def backward(self, gy):
        return reshape(gy, self.shape)
