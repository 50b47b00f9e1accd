# caught by: test_sub


class Sub:
    def backward(self, gy):
        return gy, gy
