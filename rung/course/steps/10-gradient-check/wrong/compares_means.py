# caught by: test_wrong_functions_fail
import numpy as np


def gradient_check(f, x, rtol=1e-4, atol=0.2):
    x = Variable(x.data.astype(np.float64))
    f(x).backward()
    measured = numerical_diff(f, x)
    return np.shape(x.grad) == measured.shape and abs(np.mean(x.grad) - np.mean(measured)) < atol
