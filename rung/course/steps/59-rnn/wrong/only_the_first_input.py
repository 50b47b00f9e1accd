# caught by: test_all_branches


class Variable:
    def unchain_backward(self):
        f = self.creator
        while f is not None:
            x = f.inputs[0]
            f = x.creator
            x.unchain()
