# caught by: test_accuracy
# file: functions.py
def accuracy(y, t):
    y, t = as_variable(y).data, as_variable(t).data
    return Variable(as_array(np.mean(y.argmax(axis=0)[t] == t)))
