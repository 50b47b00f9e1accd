# caught by: test_f_gets_arrays_in_boxes
def numerical_diff(f, x, eps=1e-4):
    left = f(Variable(x.data - eps))
    right = f(Variable(x.data + eps))
    return (right.data - left.data) / (2 * eps)
