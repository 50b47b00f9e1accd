# caught by: test_sum_to_several_axes
# file: functions.py
def sum_to(x, shape):
    x = as_variable(x)
    if x.shape == shape:
        return x
    lead = x.ndim - len(shape)
    axes = set(range(lead)) | {i for i, n in enumerate(shape) if n == 1 and lead == 0}
    axes |= {lead + i for i, n in enumerate(shape) if n == 1 and len(shape) < 3}
    return reshape(sum(x, tuple(axes)), shape)
