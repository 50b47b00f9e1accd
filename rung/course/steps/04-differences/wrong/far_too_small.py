# caught by: test_default_eps
import numpy as np


def numerical_diff(f, x, eps=1e-12):
    left = f(Variable(np.array(x.data - eps)))
    right = f(Variable(np.array(x.data + eps)))
    return (right.data - left.data) / (2 * eps)
