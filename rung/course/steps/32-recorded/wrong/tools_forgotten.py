# caught by: test_tools
# file: utils.py


def gradient_check(f, x, rtol=1e-4, atol=1e-5):
    x = Variable(x.data.astype(np.float64))
    f(x).backward()
    measured = numerical_diff(f, x)
    return np.shape(x.grad) == measured.shape and np.allclose(x.grad, measured, rtol, atol)
