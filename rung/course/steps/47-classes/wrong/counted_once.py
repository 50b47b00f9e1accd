# caught by: test_taken_twice
# file: functions.py
class GetItemGrad(Function):
    def forward(self, gy):
        gx = np.zeros(self.shape, gy.dtype)
        gx[self.index] += gy
        return gx
