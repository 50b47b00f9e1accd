# caught by: test_heights
# file: descent.py
def gradient_descent(f, xs, rate, steps):
    heights = []
    for _ in range(steps):
        for x in xs:
            x.cleargrad()
        y = f(*xs)
        y.backward()
        for x in xs:
            x.data = as_array(x.data - rate * x.grad)
        heights.append(float(f(*xs).data))
    return heights
