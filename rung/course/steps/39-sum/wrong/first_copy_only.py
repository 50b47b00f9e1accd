# caught by: test_broadcast_to_backward
# file: functions.py
class BroadcastTo(Function):
    def backward(self, gy):
        shape = self.inputs[0].shape
        return Variable(gy.data[tuple(slice(n) for n in shape)])
