def newton(f, x, steps):
    """Move x by slope / curvature each time, both found by backward; returns the places."""
    places = [float(x.data)]
    # TODO
    return places
