# caught by: test_far_out
# file: functions.py
class Tanh(Function):
    def backward(self, gy):
        x = self.inputs[0]
        return (1 - x * x) * gy
