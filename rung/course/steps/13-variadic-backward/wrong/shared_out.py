# caught by: test_add


class Add:
    def backward(self, gy):
        return gy / 2, gy / 2
