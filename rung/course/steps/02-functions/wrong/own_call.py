# caught by: test_square_is_a_function


class Square(Function):
    def __call__(self, input):
        return Variable(input.data**2)
