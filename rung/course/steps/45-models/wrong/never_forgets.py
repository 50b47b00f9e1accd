# caught by: test_replaced_is_gone
# file: layers.py
class Layer:
    def __setattr__(self, name, value):
        if isinstance(value, (Parameter, Layer)):
            self._params[name] = value
        super().__setattr__(name, value)
