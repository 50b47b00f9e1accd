# caught by: test_reshape_backward
# file: functions.py
class Reshape:
    def backward(self, gy):
        return gy
