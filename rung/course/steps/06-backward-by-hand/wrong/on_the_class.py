# caught by: test_each_call_its_own


class Function:
    def __call__(self, input):
        Function.input = input
        return Variable(self.forward(input.data))
