# caught by: test_gradient_along_axes
# file: functions.py
class Sum:
    def backward(self, gy):
        return broadcast_to(gy, self.inputs[0].shape)
