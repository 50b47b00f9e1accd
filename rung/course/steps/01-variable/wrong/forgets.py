# caught by: test_holds_data


class Variable:
    data = None

    def __init__(self, data):
        data = data
