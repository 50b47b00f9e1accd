# caught by: test_no_copy
import numpy as np


class Variable:
    def __init__(self, data):
        self.data = np.array(data)
