def derivatives(f, x, order):
    """f and its derivatives at x, up to the order: [f(x), f'(x), f''(x), …]. The caller's x stays as it is."""
    # TODO
