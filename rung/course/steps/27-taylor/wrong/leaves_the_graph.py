# caught by: test_series_backward
# file: series.py
def sin_series(x, threshold=1e-4):
    x = as_variable(x)
    term, total, n = x.data, x, 1
    while np.abs(term).max() >= threshold:
        n += 2
        term = -term * x.data * x.data / (n * (n - 1))
        total = total + term
    return total
