import numpy as np


class Variable:
    def __init__(self, data):
        if data is not None and not isinstance(data, np.ndarray):
            raise TypeError(
                f"Variable: expected a NumPy array, but got {data!r} of type {type(data).__name__}; "
                "wrap it in np.array(...)"
            )
        self.data = data
        self.grad = None
        self.creator = None

    def backward(self):
        """Hand the gradient on to all that this variable was computed from."""
        if self.grad is None:
            self.grad = np.ones_like(self.data)
        waiting = [self]
        while waiting:
            y = waiting.pop()
            f = y.creator
            if f is None:
                continue
            f.input.grad = f.backward(y.grad)
            waiting.append(f.input)


class Function:
    def __call__(self, input):
        self.input = input
        output = Variable(as_array(self.forward(input.data)))
        output.set_creator(self)
        return output


# after: Variable
def as_array(x):
    """`x` itself, or a number as an array without axes."""
    if np.isscalar(x):
        return np.array(x)
    return x


# after: Exp
def square(x):
    return Square()(x)


# after: square
def exp(x):
    return Exp()(x)
