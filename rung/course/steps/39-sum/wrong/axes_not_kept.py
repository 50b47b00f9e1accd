# caught by: test_backward_along_axes
# file: functions.py
class Sum(Function):
    def backward(self, gy):
        return broadcast_to(gy, self.inputs[0].shape)
