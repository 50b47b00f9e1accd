# caught by: test_nothing_to_do
# file: functions.py
def sum_to(x, shape):
    x = as_variable(x)
    lead = x.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(lead + i for i, n in enumerate(shape) if n == 1)
    return reshape(sum(x, axes), shape)
