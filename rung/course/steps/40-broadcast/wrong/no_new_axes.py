# caught by: test_broadcast_to_backward
# file: functions.py
class BroadcastTo(Function):
    def backward(self, gy):
        axes = tuple(i for i, n in enumerate(self.inputs[0].shape) if n == 1)
        return sum(gy, axes, keepdims=True)
