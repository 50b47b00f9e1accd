# caught by: test_the_result_is_used_again
# file: functions.py
class Tanh(Function):
    def backward(self, gy):
        y = tanh(self.inputs[0])
        return (1 - y * y) * gy
