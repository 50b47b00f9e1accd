# caught by: test_plain_number
# file: series.py
def sin_series(x, threshold=1e-4):
    term = total = x
    n = 1
    while np.abs(term.data).max() >= threshold:
        n += 2
        term = -term * x * x / (n * (n - 1))
        total = total + term
    return total
