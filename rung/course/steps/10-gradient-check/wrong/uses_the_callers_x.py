# caught by: test_x_stays
import numpy as np


def gradient_check(f, x, rtol=1e-4, atol=1e-5):
    f(x).backward()
    measured = numerical_diff(f, x)
    return np.shape(x.grad) == measured.shape and np.allclose(x.grad, measured, rtol, atol)
