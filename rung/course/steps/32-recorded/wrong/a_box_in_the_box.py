# caught by: test_steps_stay_arrays
# file: descent.py


def gradient_descent(f, xs, rate, steps):
    heights = []
    for step in range(steps):
        for x in xs:
            x.cleargrad()
        y = f(*xs)
        y.backward()
        heights.append(float(y.data))
        for x in xs:
            moved = x - rate * x.grad
            x.data = moved.data if step < steps - 1 else moved
    return heights
