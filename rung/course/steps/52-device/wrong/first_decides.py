# caught by: test_which_module
# file: cuda.py


def get_array_module(*arrays):
    return cupy if cupy is not None and isinstance(arrays[0], cupy.ndarray) else np
