# caught by: test_backward
# file: functions.py
class Sum(Function):
    def backward(self, gy):
        return gy
