# caught by: test_elementwise_is_diagonal
# file: utils.py
def jacobian(f, x):
    x = Variable(x.data)
    y = f(x)
    rows = []
    for i in np.ndindex(y.shape):
        seed = np.zeros_like(y.data)
        seed[i] = 1
        y.grad = Variable(seed)
        y.backward()
        rows.append(x.grad.data)
    return np.array(rows).reshape(y.shape + x.shape)
