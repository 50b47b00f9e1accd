# caught by: test_unchain_backward


class Variable:
    def unchain_backward(self):
        funcs = [self.creator]
        while funcs:
            f = funcs.pop()
            if f is not None:
                for x in f.inputs:
                    x.unchain()
                    funcs.append(x.creator)
