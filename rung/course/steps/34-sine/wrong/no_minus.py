# caught by: test_cos_backward
# file: functions.py
class Cos(Function):
    def backward(self, gy):
        return sin(self.inputs[0]) * gy
