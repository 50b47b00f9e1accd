def newton_by_hand(f, curvature, x, steps):
    """Move x by slope / curvature each time, `curvature` being the second derivative; returns the places."""
    places = [float(x.data)]
    for _ in range(steps):
        x.cleargrad()
        f(x).backward()
        x.data = as_array(x.data - x.grad / curvature(x.data))
        places.append(float(x.data))
    return places
