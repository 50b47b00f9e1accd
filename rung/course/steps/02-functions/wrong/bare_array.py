# caught by: test_result_is_variable


class Function:
    def __call__(self, input):
        return self.forward(input.data)
