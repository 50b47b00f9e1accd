# caught by: test_himmelblau
# file: landscapes.py
def himmelblau(x, y):
    return (x**2 + y - 7) ** 2 + (x + y**2 - 11) ** 2
