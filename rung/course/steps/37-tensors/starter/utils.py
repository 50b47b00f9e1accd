def jacobian(f, x):
    """Every element of f(x) differentiated in every element of x: an array of shape (*y.shape, *x.shape)."""
    # TODO: one walk for each element of y
