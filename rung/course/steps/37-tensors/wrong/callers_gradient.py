# caught by: test_x_stays_as_it_is
# file: utils.py
def jacobian(f, x):
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
