def jacobian(f, x):
    """Every output of f at x differentiated in every element of x: an array of shape (*outputs, *inputs)."""
    x = Variable(x.data)
    y = f(x)
    rows = []
    for i in np.ndindex(y.shape):
        seed = np.zeros_like(y.data)
        seed[i] = 1
        x.cleargrad()
        y.grad = Variable(seed)
        y.backward()
        rows.append(x.grad.data)
    return np.array(rows).reshape(y.shape + x.shape)
