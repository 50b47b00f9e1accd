# caught by: test_unchain


class Variable:
    def unchain(self):
        if self.creator is not None:
            self.creator.inputs = []
