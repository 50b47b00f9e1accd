# caught by: test_layer_knows_its_parameters
# file: layers.py
from .core import Variable


class Layer:
    def __setattr__(self, name, value):
        if isinstance(value, Variable):
            self._params[name] = value
        super().__setattr__(name, value)
