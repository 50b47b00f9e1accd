# caught by: test_sigmoid_backward
# file: functions.py
class Sigmoid:
    def backward(self, gy):
        x = self.inputs[0]
        return x * (1 - x) * gy
