# caught by: test_always_up_to_date
# remove: Variable.shape
# remove: Variable.ndim
# remove: Variable.size
# remove: Variable.dtype
import numpy as np


class Variable:
    def __init__(self, data, name=None):
        if data is not None and not isinstance(data, np.ndarray):
            raise TypeError(f"expected an array, but got {type(data).__name__}")
        self.data = data
        self.name = name
        self.grad = None
        self.creator = None
        self.generation = 0
        if data is not None:
            self.shape = data.shape
            self.ndim = data.ndim
            self.size = data.size
            self.dtype = data.dtype
