# caught by: test_broadcast_to
# file: functions.py
class BroadcastTo:
    def backward(self, gy):
        shape = self.inputs[0].shape
        axes = tuple(i for i, n in enumerate(shape) if n == 1)
        return Variable(gy.data.max(axis=axes, keepdims=True))
