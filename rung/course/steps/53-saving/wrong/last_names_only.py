# caught by: test_names
# file: layers.py


class Layer:
    def named_params(self, prefix=""):
        for name, value in self._params.items():
            if isinstance(value, Layer):
                yield from value.named_params()
            else:
                yield prefix + name, value
