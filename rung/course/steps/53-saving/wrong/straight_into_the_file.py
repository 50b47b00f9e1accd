# caught by: test_the_old_file_or_the_new
# file: layers.py


class Layer:
    def save_weights(self, path):
        arrays = {name: param.data for name, param in self.named_params()}
        empty = [name for name, array in arrays.items() if array is None]
        if empty:
            raise ValueError(f"save_weights: {empty[0]} has no numbers yet; call the model once before you save it")
        with open(path, "wb") as file:
            np.savez(file, **{name: cuda.as_numpy(array) for name, array in arrays.items()})
