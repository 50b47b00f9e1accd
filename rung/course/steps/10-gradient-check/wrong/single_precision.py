# caught by: test_float32
import numpy as np


def numerical_diff(f, x, eps=1e-4):
    grad = np.zeros_like(x.data)
    for i in np.ndindex(x.data.shape):
        step = np.zeros_like(x.data)
        step[i] = eps
        left = f(Variable(as_array(x.data - step)))
        right = f(Variable(as_array(x.data + step)))
        grad[i] = (right.data - left.data).sum() / (2 * eps)
    return grad


def gradient_check(f, x, rtol=1e-4, atol=1e-5):
    x = Variable(x.data.copy())
    f(x).backward()
    measured = numerical_diff(f, x)
    return np.shape(x.grad) == measured.shape and np.allclose(x.grad, measured, rtol, atol)
