# caught by: test_long_chain


class Variable:
    def backward(self):
        f = self.creator
        if f is None:
            return
        f.input.grad = f.backward(self.grad)
        f.input.backward()
