# caught by: test_two_boxes


class Variable:
    def __init__(self, data):
        Variable.data = data
