# caught by: test_both_sides
import numpy as np


def numerical_diff(f, x, eps=1e-4):
    here = f(x)
    right = f(Variable(np.array(x.data + eps)))
    return (right.data - here.data) / eps
