# caught by: test_gradients
# file: functions.py
def mean_squared_error(x0, x1):
    if x0.shape != x1.shape:
        raise ValueError(f"mean_squared_error: expected two of one shape, but got {x0.shape} and {x1.shape}")
    return sum((x0 - x1.data) ** 2) / len(x0)
