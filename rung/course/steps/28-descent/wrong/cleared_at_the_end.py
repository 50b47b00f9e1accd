# caught by: test_old_gradients_do_not_matter
# file: descent.py
def gradient_descent(f, xs, rate, steps):
    heights = []
    for _ in range(steps):
        y = f(*xs)
        y.backward()
        heights.append(float(y.data))
        for x in xs:
            x.data = as_array(x.data - rate * x.grad)
            x.cleargrad()
    return heights
