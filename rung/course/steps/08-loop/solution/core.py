class Variable:
    def backward(self):
        """Hand the gradient on to all that this variable was computed from."""
        waiting = [self]
        while waiting:
            y = waiting.pop()
            f = y.creator
            if f is None:
                continue
            f.input.grad = f.backward(y.grad)
            waiting.append(f.input)
