# caught by: test_twice
# file: functions.py
class Sigmoid:
    def backward(self, gy):
        y = self.outputs[0]().data
        return y * (1 - y) * gy
