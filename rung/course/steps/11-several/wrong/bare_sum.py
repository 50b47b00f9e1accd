# caught by: test_add


class Add(Function):
    def forward(self, x0, x1):
        return x0 + x1
