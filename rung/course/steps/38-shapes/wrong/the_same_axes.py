# caught by: test_transpose_backward
# file: functions.py
class Transpose(Function):
    def backward(self, gy):
        return transpose(gy, self.axes)
