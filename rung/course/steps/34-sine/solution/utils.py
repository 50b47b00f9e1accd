def derivatives(f, x, order):
    """f and its derivatives at x, up to the order: [f(x), f'(x), f''(x), …]. The caller's x stays as it is."""
    x = Variable(x.data)
    found = [f(x)]
    for _ in range(order):
        x.cleargrad()
        found[-1].backward(create_graph=True)
        if x.grad is None:  # nothing depends on x any longer
            x.grad = Variable(np.zeros_like(x.data))
        found.append(x.grad)
    return found
