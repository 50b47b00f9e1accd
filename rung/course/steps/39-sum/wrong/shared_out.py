# caught by: test_gradient_of_all
# file: functions.py
class Sum:
    def backward(self, gy):
        x = self.inputs[0]
        share = gy.size / x.size
        return broadcast_to(reshape(gy, self.kept), x.shape) * share
