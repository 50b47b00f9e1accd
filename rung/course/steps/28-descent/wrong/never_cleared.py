# caught by: test_several_steps
# file: descent.py
def gradient_descent(f, xs, rate, steps):
    heights = []
    for x in xs:
        x.cleargrad()
    for _ in range(steps):
        y = f(*xs)
        y.backward()
        heights.append(float(y.data))
        for x in xs:
            x.data = as_array(x.data - rate * x.grad)
    return heights
