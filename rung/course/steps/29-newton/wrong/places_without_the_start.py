# caught by: test_places
# file: descent.py
def newton_by_hand(f, curvature, x, steps):
    places = []
    for _ in range(steps):
        x.cleargrad()
        f(x).backward()
        x.data = as_array(x.data - x.grad / curvature(x.data))
        places.append(float(x.data))
    return places
