def gradient_check(f, x, rtol=1e-4, atol=1e-5):
    """Whether backward and numerical_diff agree about f at x. The caller's x stays as it is."""
    x = Variable(x.data.astype(np.float64))
    f(x).backward()
    measured = numerical_diff(f, x)
    return np.shape(x.grad.data) == measured.shape and np.allclose(x.grad.data, measured, rtol, atol)
