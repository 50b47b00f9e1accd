# caught by: test_same_gradients_as_before


class Variable:
    def backward(self):
        waiting = [self]
        while waiting:
            y = waiting.pop()
            f = y.creator
            if f is None:
                continue
            f.input.grad = f.backward(self.grad)
            waiting.append(f.input)
