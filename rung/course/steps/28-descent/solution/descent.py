# whole file
"""Ways down."""

from .core import as_array


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
            x.data = as_array(x.data - rate * x.grad)
    return heights
