# caught by: test_shared_comes_once
# file: layers.py
class Layer:
    def params(self):
        for value in self._params.values():
            if isinstance(value, Layer):
                yield from value.params()
            else:
                yield value
