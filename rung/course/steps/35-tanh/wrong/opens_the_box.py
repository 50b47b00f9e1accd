# caught by: test_second
# file: functions.py
class Tanh(Function):
    def backward(self, gy):
        y = self.outputs[0]().data
        return (1 - y * y) * gy
