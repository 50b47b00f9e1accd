# caught by: test_x_stays
def numerical_diff(f, x, eps=1e-4):
    x.data += eps
    right = f(x)
    x.data -= 2 * eps
    left = f(x)
    return (right.data - left.data) / (2 * eps)
