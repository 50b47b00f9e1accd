# caught by: test_creator


class Function:
    def __call__(self, input):
        self.input = input
        return Variable(self.forward(input.data))
