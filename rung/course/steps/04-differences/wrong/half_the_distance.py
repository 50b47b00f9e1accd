# caught by: test_square
import numpy as np


def numerical_diff(f, x, eps=1e-4):
    left = f(Variable(np.array(x.data - eps)))
    right = f(Variable(np.array(x.data + eps)))
    return (right.data - left.data) / eps
