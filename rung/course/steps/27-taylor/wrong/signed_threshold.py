# caught by: test_series
# file: series.py
def sin_series(x, threshold=1e-4):
    x = as_variable(x)
    term = total = x
    n = 1
    while term.data.max() >= threshold:
        n += 2
        term = -term * x * x / (n * (n - 1))
        total = total + term
    return total
