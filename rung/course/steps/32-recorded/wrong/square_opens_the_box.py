# caught by: test_square_twice
# file: functions.py


class Square(Function):
    def backward(self, gy):
        x = self.inputs[0].data
        return 2 * x * gy
