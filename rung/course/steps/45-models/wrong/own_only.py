# caught by: test_layer_in_a_layer
# file: layers.py
class Layer:
    def __setattr__(self, name, value):
        if isinstance(value, Parameter):
            self._params[name] = value
        else:
            self.__dict__.get("_params", {}).pop(name, None)
        super().__setattr__(name, value)
