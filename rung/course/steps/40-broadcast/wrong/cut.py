# caught by: test_sum_to_backward
# file: functions.py
def sum_to(x, shape):
    x = as_variable(x)
    if x.shape == shape:
        return x
    lead = x.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(lead + i for i, n in enumerate(shape) if n == 1)
    return Variable(x.data.sum(axis=axes).reshape(shape))
