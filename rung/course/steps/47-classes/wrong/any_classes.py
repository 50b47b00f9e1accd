# caught by: test_classes_of_another_shape
# file: functions.py
def softmax_cross_entropy(x, t):
    x, t = as_variable(x), as_variable(t).data
    return -sum(log_softmax(x)[np.arange(len(t)), t]) / len(t)
