# caught by: test_backward
# file: functions.py
class Tanh(Function):
    def backward(self, gy):
        y = self.outputs[0]()
        return 1 - y * y
