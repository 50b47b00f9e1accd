# caught by: test_large_numbers
# file: series.py
import math


def sin_series(x, threshold=1e-4):
    x = as_variable(x)
    term = total = x
    for i in range(1, 40):
        if np.abs(term.data).max() < threshold:
            break
        term = (-1) ** i * x ** (2 * i + 1) / float(math.factorial(2 * i + 1))
        total = total + term
    return total
