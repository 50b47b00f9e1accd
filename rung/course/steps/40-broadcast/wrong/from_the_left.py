# caught by: test_sum_to
# file: functions.py
def sum_to(x, shape):
    x = as_variable(x)
    if x.shape == shape:
        return x
    axes = tuple(i for i, n in enumerate(shape) if n == 1) + tuple(range(len(shape), x.ndim))
    return reshape(sum(x, axes), shape)
