# caught by: test_large_numbers
# file: series.py
import math


def sin_series(x, threshold=1e-4):
    x = as_variable(x)
    total = x
    for i in range(1, 40):
        term = (-1) ** i * x ** (2 * i + 1) / float(math.factorial(2 * i + 1))
        total = total + term
        if np.abs(term.data).max() < threshold:
            break
    return total
