class Function:
    """What all functions have in common: a Variable goes in, a new Variable comes out."""

    # TODO: __call__(self, input) takes the array out of the box, calls forward, and boxes the result
    # TODO: forward(self, x) complains, for a Function alone can compute nothing


class Square(Function):
    """y = x ** 2"""

    # TODO: forward(self, x)
