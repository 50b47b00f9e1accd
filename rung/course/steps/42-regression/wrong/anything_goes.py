# caught by: test_shapes_must_agree
# file: functions.py
def mean_squared_error(x0, x1):
    return sum((x0 - x1) ** 2) / len(x0)
