# caught by: test_all_or_nothing
# file: layers.py


class Layer:
    def load_weights(self, path):
        with np.load(path) as file:
            found = dict(file)
        params = dict(self.named_params())
        if found.keys() != params.keys():
            raise ValueError(f"load_weights: expected {sorted(params)}, but the file has {sorted(found)}")
        on_device = cuda.get_array_module(*[param.data for param in params.values()]) is not np
        for name, param in params.items():
            if param.data is not None and param.shape != found[name].shape:
                raise ValueError(f"load_weights: {name} has shape {param.shape}, not {found[name].shape}")
            param.data = cuda.as_cupy(found[name]) if on_device else found[name]
