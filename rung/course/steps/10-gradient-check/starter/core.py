def gradient_check(f, x, rtol=1e-4, atol=1e-5):
    """Whether backward and numerical_diff agree about f at x. The caller's x stays as it is."""
    # TODO: return True or False
