# caught by: test_the_file_has_the_name_that_you_gave
# file: layers.py


class Layer:
    def save_weights(self, path):
        arrays = {name: param.data for name, param in self.named_params()}
        empty = [name for name, array in arrays.items() if array is None]
        if empty:
            raise ValueError(f"save_weights: {empty[0]} has no numbers yet; call the model once before you save it")
        np.savez(path, **{name: cuda.as_numpy(array) for name, array in arrays.items()})
