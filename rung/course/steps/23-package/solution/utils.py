# whole file
"""Tools for those who work on the framework."""

import numpy as np

from .core import Variable, as_array


def numerical_diff(f, x, eps=1e-4):
    """The gradient of f at x, measured: every element is moved by itself, and all that it moves is added up."""
    grad = np.zeros(x.data.shape)
    for i in np.ndindex(x.data.shape):
        step = np.zeros(x.data.shape)
        step[i] = eps
        left = f(Variable(as_array(x.data - step)))
        right = f(Variable(as_array(x.data + step)))
        grad[i] = (right.data - left.data).sum() / (2 * eps)
    return grad


def gradient_check(f, x, rtol=1e-4, atol=1e-5):
    """Whether backward and numerical_diff agree about f at x. The caller's x stays as it is."""
    x = Variable(x.data.astype(np.float64))
    f(x).backward()
    measured = numerical_diff(f, x)
    return np.shape(x.grad) == measured.shape and np.allclose(x.grad, measured, rtol, atol)
