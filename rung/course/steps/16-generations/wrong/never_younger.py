# caught by: test_chain


class Variable:
    def set_creator(self, func):
        self.creator = func
        self.generation = func.generation
