# caught by: test_sum_to
# file: functions.py
def sum_to(x, shape):
    x = as_variable(x)
    if x.shape == shape:
        return x
    return reshape(sum(x, tuple(range(x.ndim - len(shape)))), shape)
