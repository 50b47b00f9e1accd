# caught by: test_only_arrays
import numpy as np


class Variable:
    def __init__(self, data):
        self.data = None if data is None else np.asarray(data)
        self.grad = None
        self.creator = None
