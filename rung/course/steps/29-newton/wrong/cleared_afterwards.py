# caught by: test_old_gradients_do_not_matter
# file: descent.py
def newton_by_hand(f, curvature, x, steps):
    places = [float(x.data)]
    for _ in range(steps):
        f(x).backward()
        x.data = as_array(x.data - x.grad / curvature(x.data))
        x.cleargrad()
        places.append(float(x.data))
    return places
