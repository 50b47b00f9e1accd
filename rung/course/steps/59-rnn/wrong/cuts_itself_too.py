# caught by: test_unchain_backward


class Variable:
    def unchain_backward(self):
        funcs = [self.creator]
        self.unchain()
        while funcs:
            f = funcs.pop()
            if f is not None:
                for x in f.inputs:
                    funcs.append(x.creator)
                    x.unchain()
