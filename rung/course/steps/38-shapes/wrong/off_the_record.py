# caught by: test_twice
# file: functions.py
class Reshape:
    def backward(self, gy):
        return Variable(gy.data.reshape(self.inputs[0].shape))
