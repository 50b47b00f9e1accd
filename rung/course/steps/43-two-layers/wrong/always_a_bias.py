# caught by: test_linear_without_bias
# file: functions.py
def linear(x, W, b):
    return matmul(x, W) + b
