# caught by: test_bias_keeps_its_shape
# file: functions.py
def sum_to(x, shape):
    x = as_variable(x)
    if x.shape == shape:
        return x
    lead = x.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(lead + i for i, n in enumerate(shape) if n == 1)
    y = reshape(sum(x, axes), shape)
    return y * (y.size / x.size)
