# caught by: test_gradients_stay_there
# file: functions.py


class GetItemGrad(Function):
    def forward(self, gy):
        gx = np.zeros(self.shape, gy.dtype)
        np.add.at(gx, self.index, gy)
        return gx
