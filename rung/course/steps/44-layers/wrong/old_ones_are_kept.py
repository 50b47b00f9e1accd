# caught by: test_replaced_parameters
# file: layers.py
class Layer:
    def __init__(self):
        self._params = []

    def __setattr__(self, name, value):
        if isinstance(value, Parameter):
            self._params.append(value)
        super().__setattr__(name, value)

    def params(self):
        yield from self._params
