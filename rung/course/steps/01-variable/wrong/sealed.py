# caught by: test_new_contents


class Variable:
    def __init__(self, data):
        self._data = data

    @property
    def data(self):
        return self._data
