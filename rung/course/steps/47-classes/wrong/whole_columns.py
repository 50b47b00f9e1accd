# caught by: test_cross_entropy
# file: functions.py
def softmax_cross_entropy(x, t):
    x, t = as_variable(x), as_variable(t).data
    if t.shape != x.shape[:1]:
        raise ValueError("softmax_cross_entropy: expected one class for each row")
    return -sum(log_softmax(x)[:, t]) / len(t)
