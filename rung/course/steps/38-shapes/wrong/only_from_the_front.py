# caught by: test_axes_from_the_end
# file: functions.py
class Transpose(Function):
    def backward(self, gy):
        if self.axes is None:
            return transpose(gy)
        return transpose(gy, tuple(np.argsort(self.axes).tolist()))
