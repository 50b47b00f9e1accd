def newton(f, x, steps):
    """Move x by slope / curvature each time, both found by backward; returns the places."""
    places = [float(x.data)]
    for _ in range(steps):
        x.cleargrad()
        f(x).backward(create_graph=True)
        slope = x.grad
        x.cleargrad()
        slope.backward()
        x.data = as_array(x.data - slope.data / x.grad.data)
        places.append(float(x.data))
    return places
