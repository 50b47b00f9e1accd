# caught by: test_parabola_in_one_step
# file: descent.py
def newton_by_hand(f, curvature, x, steps):
    places = [float(x.data)]
    for _ in range(steps):
        x.cleargrad()
        y = f(x)
        y.backward()
        x.data = as_array(x.data - y.data / x.grad)
        places.append(float(x.data))
    return places
