# caught by: test_wrong_shape_fails
import numpy as np


def gradient_check(f, x, rtol=1e-4, atol=1e-5):
    x = Variable(x.data.astype(np.float64))
    f(x).backward()
    return np.allclose(x.grad, numerical_diff(f, x), rtol, atol)
