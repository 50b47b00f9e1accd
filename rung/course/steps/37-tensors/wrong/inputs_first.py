# caught by: test_outputs_first
# file: utils.py
def jacobian(f, x):
    x = Variable(x.data)
    y = f(x)
    columns = []
    for i in np.ndindex(y.shape):
        seed = np.zeros_like(y.data)
        seed[i] = 1
        x.cleargrad()
        y.grad = Variable(seed)
        y.backward()
        columns.append(x.grad.data)
    return np.stack(columns, axis=-1).reshape(x.shape + y.shape)
