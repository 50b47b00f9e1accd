# caught by: test_softmax_of_large_scores
# file: functions.py
def log_softmax(x, axis=-1):
    x = as_variable(x)
    return log(exp(x) / sum(exp(x), axis, keepdims=True))


def softmax(x, axis=-1):
    x = as_variable(x)
    return exp(x) / sum(exp(x), axis, keepdims=True)
