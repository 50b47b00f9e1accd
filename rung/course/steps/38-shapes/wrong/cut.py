# caught by: test_second_derivative
# file: functions.py
class Reshape(Function):
    def backward(self, gy):
        return Variable(gy.data.reshape(self.inputs[0].shape))
