# caught by: test_measures_a_sum
import numpy as np


def numerical_diff(f, x, eps=1e-4):
    left = f(Variable(np.array(x.data - eps)))
    right = f(Variable(np.array(x.data + eps)))
    return (right.data - left.data) / (2 * eps)


def gradient_check(f, x, rtol=1e-4, atol=1e-5):
    x = Variable(x.data.astype(np.float64))
    f(x).backward()
    measured = numerical_diff(f, x)
    return np.shape(x.grad) == measured.shape and np.allclose(x.grad, measured, rtol, atol)
