# caught by: test_axes_in_any_order
# file: functions.py
class Transpose:
    def backward(self, gy):
        return transpose(gy, self.axes)
