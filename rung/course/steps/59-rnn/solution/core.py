class Variable:
    def unchain(self):
        """Forget who made this."""
        self.creator = None

    def unchain_backward(self):
        """Forget all that this was computed from: whatever comes later ends here on its way back."""
        funcs = [self.creator]
        while funcs:
            f = funcs.pop()
            if f is not None:
                for x in f.inputs:
                    funcs.append(x.creator)
                    x.unchain()
