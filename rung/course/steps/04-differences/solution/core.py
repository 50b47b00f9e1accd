import numpy as np


def numerical_diff(f, x, eps=1e-4):
    """The slope of f at x, measured: a step to the left, a step to the right, rise over run."""
    left = f(Variable(np.array(x.data - eps)))
    right = f(Variable(np.array(x.data + eps)))
    return (right.data - left.data) / (2 * eps)
