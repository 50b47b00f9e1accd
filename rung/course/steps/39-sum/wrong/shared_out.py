# caught by: test_backward
# file: functions.py
class Sum(Function):
    def backward(self, gy):
        x = self.inputs[0]
        return broadcast_to(reshape(gy, self.kept), x.shape) / x.size
