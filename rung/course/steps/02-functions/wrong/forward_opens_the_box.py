# caught by: test_forward_gets_array


class Function:
    def __call__(self, input):
        return Variable(self.forward(input))


class Square(Function):
    def forward(self, x):
        return x.data**2
