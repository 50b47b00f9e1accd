# caught by: test_in_order
# file: layers.py
class Layer:
    def params(self):
        own = [value for value in self._params.values() if not isinstance(value, Layer)]
        inner = [param for value in self._params.values() if isinstance(value, Layer) for param in value.params()]
        yield from dict.fromkeys(own + inner)
