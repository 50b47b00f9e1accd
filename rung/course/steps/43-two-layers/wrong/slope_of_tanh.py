# caught by: test_sigmoid_backward
# file: functions.py
class Sigmoid:
    def backward(self, gy):
        y = self.outputs[0]()
        return (1 - y * y) * gy
