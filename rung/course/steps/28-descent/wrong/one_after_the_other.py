# caught by: test_everyone_at_once
# file: descent.py
def gradient_descent(f, xs, rate, steps):
    heights = []
    for _ in range(steps):
        heights.append(float(f(*xs).data))
        for x in xs:
            x.cleargrad()
            f(*xs).backward()
            x.data = as_array(x.data - rate * x.grad)
            x.cleargrad()
    return heights
