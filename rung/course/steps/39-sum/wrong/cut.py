# caught by: test_twice
# file: functions.py
class Sum(Function):
    def backward(self, gy):
        x = self.inputs[0]
        return Variable(np.broadcast_to(gy.data.reshape(self.kept), x.shape))
