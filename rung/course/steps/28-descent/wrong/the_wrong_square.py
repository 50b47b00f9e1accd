# caught by: test_rosenbrock
# file: landscapes.py
def rosenbrock(x, y):
    return 100 * (y**2 - x) ** 2 + (1 - x) ** 2
