class Layer:
    """What knows its parameters: every Parameter, and every Layer, that is assigned to one of its attributes."""

    def __setattr__(self, name, value):
        if isinstance(value, (Parameter, Layer)):
            self._params[name] = value
        else:
            self.__dict__.get("_params", {}).pop(name, None)
        super().__setattr__(name, value)

    def params(self):
        """Its parameters and those of its layers, each once, in the order in which they came."""
        found = {}
        for value in self._params.values():
            found.update(dict.fromkeys(value.params() if isinstance(value, Layer) else [value]))
        yield from found
