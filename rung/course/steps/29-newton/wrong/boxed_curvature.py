# caught by: test_curvature_gets_an_array
# file: descent.py
import numpy as np


def newton_by_hand(f, curvature, x, steps):
    places = [float(x.data)]
    for _ in range(steps):
        x.cleargrad()
        f(x).backward()
        bend = curvature(x)
        x.data = as_array(x.data - x.grad / getattr(bend, "data", bend))
        x.data = np.asarray(x.data)
        places.append(float(x.data))
    return places
