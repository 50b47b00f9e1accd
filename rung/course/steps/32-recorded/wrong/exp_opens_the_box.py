# caught by: test_exp_twice
# file: functions.py


class Exp(Function):
    def backward(self, gy):
        x = self.inputs[0].data
        return np.exp(x) * gy
