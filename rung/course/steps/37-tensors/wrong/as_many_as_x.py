# caught by: test_more_in_than_out
# file: utils.py
def jacobian(f, x):
    """Every element of f(x) differentiated in every element of x: an array of shape (*y.shape, *x.shape)."""
    x = Variable(x.data)
    y = f(x)
    rows = []
    for i in np.ndindex(x.shape):
        seed = np.zeros_like(y.data)
        seed[i] = 1
        x.cleargrad()
        y.grad = Variable(seed)
        y.backward()
        rows.append(np.zeros_like(x.data) if x.grad is None else x.grad.data)
    return np.array(rows).reshape(y.shape + x.shape)
