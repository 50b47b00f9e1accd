# caught by: test_sin_backward
# file: functions.py
class Sin(Function):
    def backward(self, gy):
        x = self.inputs[0].data
        return -np.cos(x) * gy
