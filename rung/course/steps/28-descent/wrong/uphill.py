# caught by: test_one_step
# file: descent.py
def gradient_descent(f, xs, rate, steps):
    heights = []
    for _ in range(steps):
        for x in xs:
            x.cleargrad()
        y = f(*xs)
        y.backward()
        heights.append(float(y.data))
        for x in xs:
            x.data = as_array(x.data + rate * x.grad)
    return heights
