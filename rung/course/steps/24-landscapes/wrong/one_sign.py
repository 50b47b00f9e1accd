# caught by: test_goldstein_price
# file: landscapes.py
def goldstein_price(x, y):
    near = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    far = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y + 36 * x * y + 27 * y**2)
    return near * far
