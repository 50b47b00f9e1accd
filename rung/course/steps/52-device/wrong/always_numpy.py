# caught by: test_which_module
# file: cuda.py


def get_array_module(*arrays):
    return np
