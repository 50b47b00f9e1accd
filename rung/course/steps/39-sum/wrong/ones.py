# caught by: test_gradient_of_all
# file: functions.py
class Sum:
    def backward(self, gy):
        return Variable(np.ones_like(self.inputs[0].data))
