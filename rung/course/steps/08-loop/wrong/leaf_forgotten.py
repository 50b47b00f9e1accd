# caught by: test_leaf_is_the_end


class Variable:
    def backward(self):
        waiting = [self]
        while waiting:
            y = waiting.pop()
            f = y.creator
            f.input.grad = f.backward(y.grad)
            if f.input.creator is not None:
                waiting.append(f.input)
