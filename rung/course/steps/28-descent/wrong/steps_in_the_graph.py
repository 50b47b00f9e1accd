# caught by: test_the_graph_is_gone
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
            moved = x - rate * x.grad
            x.data = moved.data
            x.set_creator(moved.creator)
            x.creator, x.generation = (None if len(heights) < steps else moved.creator), 0
    return heights
