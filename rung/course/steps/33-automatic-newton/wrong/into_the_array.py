# caught by: test_x_stays_a_leaf
# file: descent.py
def newton(f, x, steps):
    places = [float(x.data)]
    for _ in range(steps):
        x.cleargrad()
        f(x).backward(create_graph=True)
        slope = x.grad
        x.cleargrad()
        slope.backward()
        x.data -= slope.data / x.grad.data
        places.append(float(x.data))
    return places
