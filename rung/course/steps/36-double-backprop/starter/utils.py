def hvp(f, xs, vs):
    """How the gradient of f at xs changes along vs: the Hessian times vs, without the Hessian."""
    # TODO
