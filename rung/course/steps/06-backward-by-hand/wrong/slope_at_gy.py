# caught by: test_square_backward


class Square:
    def backward(self, gy):
        return 2 * gy
