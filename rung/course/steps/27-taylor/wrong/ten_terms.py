# caught by: test_threshold
# file: series.py
def sin_series(x, threshold=1e-4):
    x = as_variable(x)
    term = total = x
    for n in range(3, 23, 2):
        term = -term * x * x / (n * (n - 1))
        total = total + term
    return total
