import os


class Layer:
    def named_params(self, prefix=""):
        """Its parameters by name: l0.W, l0.b, and so on."""
        for name, value in self._params.items():
            if isinstance(value, Layer):
                yield from value.named_params(f"{prefix}{name}.")
            else:
                yield prefix + name, value

    def save_weights(self, path):
        """Write all parameters to a file, as a whole or not at all."""
        arrays = {name: param.data for name, param in self.named_params()}
        empty = [name for name, array in arrays.items() if array is None]
        if empty:
            raise ValueError(f"save_weights: {empty[0]} has no numbers yet; call the model once before you save it")
        unfinished = f"{path}.part"
        with open(unfinished, "wb") as file:
            np.savez(file, **{name: cuda.as_numpy(array) for name, array in arrays.items()})
        os.replace(unfinished, path)

    def load_weights(self, path):
        """Read all parameters from a file. One that does not fit changes nothing."""
        with np.load(path) as file:
            found = dict(file)
        params = dict(self.named_params())
        if found.keys() != params.keys():
            raise ValueError(f"load_weights: expected {sorted(params)}, but the file has {sorted(found)}")
        for name, param in params.items():
            if param.data is not None and param.shape != found[name].shape:
                raise ValueError(
                    f"load_weights: {name} has shape {param.shape}, but in the file it has {found[name].shape}"
                )
        on_device = cuda.get_array_module(*[param.data for param in params.values()]) is not np
        for name, param in params.items():
            param.data = cuda.as_cupy(found[name]) if on_device else found[name]
