# caught by: test_sin_of_arrays
# file: functions.py
class Sin(Function):
    def backward(self, gy):
        x = self.inputs[0].data
        return np.cos(x)
