def newton_by_hand(f, curvature, x, steps):
    """Move x by slope / curvature each time, `curvature` being the second derivative; returns the places."""
    places = [float(x.data)]
    # TODO
    return places
