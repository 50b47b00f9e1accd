class Variable:
    def __init__(self, data):
        self.data = data
        self.grad = None
        self.creator = None

    def set_creator(self, func):
        self.creator = func

    def backward(self):
        """Hand the gradient on to all that this variable was computed from."""
        f = self.creator
        if f is None:
            return
        f.input.grad = f.backward(self.grad)
        f.input.backward()


class Function:
    def __call__(self, input):
        self.input = input
        output = Variable(self.forward(input.data))
        output.set_creator(self)
        return output
