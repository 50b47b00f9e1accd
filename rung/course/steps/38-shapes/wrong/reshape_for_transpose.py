# caught by: test_transpose_backward
# file: functions.py
class Transpose:
    def backward(self, gy):
        return reshape(gy, self.inputs[0].shape)
