# caught by: test_cleargrad
class Variable:
    def cleargrad(self):
        self.grad = 0.0
