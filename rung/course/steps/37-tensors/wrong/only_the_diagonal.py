# caught by: test_outputs_first
# file: utils.py
def jacobian(f, x):
    x = Variable(x.data)
    f(x).backward()
    return np.diag(x.grad.data.ravel()).reshape(x.shape + x.shape)
