# caught by: test_nobody_made_it


class Variable:
    def __init__(self, data):
        self.data = data
        self.grad = None

    def set_creator(self, func):
        Variable.creator = func
