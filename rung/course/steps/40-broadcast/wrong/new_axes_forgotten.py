# caught by: test_bias_keeps_its_shape
# file: functions.py
def sum_to(x, shape):
    x = as_variable(x)
    axes = tuple(i for i, n in enumerate(shape) if n == 1)
    return sum(x, axes, keepdims=True)
