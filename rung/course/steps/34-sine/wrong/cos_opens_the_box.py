# caught by: test_cos_twice
# file: functions.py
class Cos(Function):
    def backward(self, gy):
        return -np.sin(self.inputs[0].data) * gy
