def gradient_descent(f, xs, rate, steps):
    """Move the Variables `xs` downhill on f, against the slope; returns the height before each step."""
    heights = []
    for _ in range(steps):
        for x in xs:
            x.cleargrad()
        y = f(*xs)
        y.backward()
        heights.append(float(y.data))
        for x in xs:
            x.data = as_array(x.data - rate * x.grad.data)
    return heights


def newton_by_hand(f, curvature, x, steps):
    """Move x by slope / curvature each time, `curvature` being the second derivative; returns the places."""
    places = [float(x.data)]
    for _ in range(steps):
        x.cleargrad()
        f(x).backward()
        x.data = as_array(x.data - x.grad.data / curvature(x.data))
        places.append(float(x.data))
    return places
