# caught by: test_cross_entropy_of_large_scores
# file: functions.py
def softmax(x, axis=-1):
    x = as_variable(x)
    e = exp(x - x.data.max(axis=axis, keepdims=True))
    return e / sum(e, axis, keepdims=True)


def log_softmax(x, axis=-1):
    return log(softmax(x, axis))
