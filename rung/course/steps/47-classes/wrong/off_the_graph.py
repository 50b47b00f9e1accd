# caught by: test_getitem_twice_derived
# file: functions.py
class GetItem(Function):
    def backward(self, gy):
        gx = np.zeros(self.inputs[0].shape, gy.dtype)
        np.add.at(gx, self.index, gy.data)
        return Variable(gx)
